"""The way of one request through a vendor: key, limit, fault, credits, answer, bill."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from actors.simulator.bill import Bill
from actors.simulator.faults import Faults
from actors.simulator.garbage import garbled
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params, Vendor
from actors.simulator.windows import Windows

_KEY_PREFIX = "sim-"


class Gate:
    """One vendor behind its gate."""

    def __init__(self, vendor: Vendor, bill: Bill, seed: int, clock: Callable[[], float]) -> None:
        self.vendor = vendor
        self.faults = Faults(seed, vendor.name)
        self._bill = bill
        self._windows = Windows(clock)

    def clear(self) -> None:
        """Forget what was asked and begin the sequence of faults again; settings stay."""
        self.vendor.clear()
        self._windows.clear()
        self.faults.clear()

    def answer(
        self, endpoint: str, headers: Mapping[str, str], query: str, body: bytes
    ) -> tuple[Answer, float]:
        """The answer to one request and the seconds that it takes to arrive."""
        vendor = self.vendor
        template, named = _found(vendor.endpoints, endpoint)
        if template is None:
            return vendor.missing(), 0.0
        endpoint, handler = template, vendor.endpoints[template]
        try:
            params = parameters(query, body)
            params.update({name: [value] for name, value in named.items()})
        except InvalidInputError as error:
            return vendor.invalid(str(error)), 0.0
        key = vendor.key(headers, params)
        if not key.startswith(_KEY_PREFIX):
            return vendor.unauthorised(), 0.0
        account = self._bill.account(vendor.name, key)
        account.calls += 1
        settings = self.faults.settings
        allowance = settings.credits.get(key)
        usage = self._windows.count(key, endpoint, settings.requests_per_minute)
        fate = self.faults.draw()
        if usage.is_exceeded:
            account.above_limit += 1
            answer = vendor.throttled(endpoint, usage.minute_ends_in_s)
        elif fate.failure == 429:
            answer = vendor.throttled(endpoint, 1)
        elif fate.failure is not None:
            return vendor.broken(fate.failure), fate.latency_s
        elif fate.garbage is not None:
            return garbled(fate.garbage), fate.latency_s
        elif allowance is not None and account.credits >= allowance and endpoint not in vendor.free:
            answer = vendor.spent()
        else:
            answer = self._answered(
                handler,
                Call(endpoint, key, params, account, allowance, settings.rate_202, headers, settings.keys),
            )
            answer = replace(answer, is_lost=fate.is_lost) if fate.is_lost else answer
        told = vendor.headers(usage)
        return (replace(answer, headers={**told, **answer.headers}) if told else answer), fate.latency_s

    def _answered(self, handler: Callable[[Call], Answer], call: Call) -> Answer:
        try:
            answer = handler(call)
        except InvalidInputError as error:
            return self.vendor.invalid(str(error))
        for endpoint, params in answer.entries:
            self._bill.charge(self.vendor.name, call.key, endpoint, params, 1, answer.meter)
        if answer.credits and not answer.entries:
            self._bill.charge(
                self.vendor.name, call.key, call.endpoint, call.params, answer.credits, answer.meter
            )
        return answer


def _found(endpoints: Mapping[str, Any], endpoint: str) -> tuple[str | None, dict[str, str]]:
    """The vendor's own name for an endpoint, and what stands in its path; None where there is no such."""
    if endpoint in endpoints:
        return endpoint, {}
    given = endpoint.split("/")
    for template in endpoints:
        parts = template.split("/")
        if len(parts) == len(given) and all(
            one == other or one.startswith("{") for one, other in zip(parts, given, strict=True)
        ):
            pairs = zip(parts, given, strict=True)
            return template, {one[1:-1]: unquote(other) for one, other in pairs if one.startswith("{")}
    return None, {}


def parameters(query: str, body: bytes) -> Params:
    """Query and JSON body in one: values as lists, names without their [], inner objects as name[inner]."""
    params = Params()
    for name, text in parse_qsl(query, keep_blank_values=True):
        params.setdefault(name.removesuffix("[]"), []).append(text)
    if body:
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InvalidInputError("the body is not JSON") from None
        if not isinstance(given, dict):
            raise InvalidInputError("the body is not a JSON object")
        for name, value in given.items():
            _take(params, name.removesuffix("[]"), value)
    return params


def _take(params: Params, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for inner, one in value.items():
            _take(params, f"{name}[{inner}]", one)
    elif value is not None:
        params[name] = value if isinstance(value, list) else [value]
