"""The knobs of the simulator: the bill, the settings, a reset, and the world as lists."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from actors.simulator.bill import Bill
from actors.simulator.chance import fraction
from actors.simulator.company import Company
from actors.simulator.faults import WrongSettingError
from actors.simulator.gate import Gate, parameters
from actors.simulator.history import COLUMNS, history
from actors.simulator.services import Service
from actors.simulator.sites import Sites
from actors.simulator.vendor import CSV, Answer, InvalidInputError, Params
from actors.simulator.world import World

_MOST_ROWS = 1_000_000
_COMPANY_COLUMNS = ("name", "website", "country", "industry", "employees")


class Control:
    """What stands under /_simulator/."""

    def __init__(
        self,
        world: World,
        bill: Bill,
        gates: Mapping[str, Gate],
        sites: Sites,
        services: Sequence[Service] = (),
    ) -> None:
        self._world = world
        self._bill = bill
        self._gates = gates
        self._sites = sites
        self._services = services
        self._actions = {
            "GET /health": self._health,
            "GET /bill": self._show_bill,
            "GET /effects": self._effects,
            "GET /settings": self._settings,
            "PUT /settings": self._change_settings,
            "GET /moves": self._moves,
            "PUT /moves": self._move,
            "POST /reset": self._reset,
            "GET /companies.csv": self._companies,
            "GET /history.csv": self._history,
        }

    def answer(self, endpoint: str, query: str, body: bytes) -> Answer:
        """The answer to one request, such as "GET /bill"."""
        action = self._actions.get(endpoint)
        if action is None:
            return _refused(404, f"no such thing: {endpoint}; there is {', '.join(self._actions)}")
        try:
            return action(query, body)
        except (InvalidInputError, WrongSettingError) as error:
            return _refused(400, str(error))

    def _health(self, query: str, body: bytes) -> Answer:  # noqa: ARG002 (as all actions)
        return _shown({"status": "ok", "companies": len(self._world.companies), "seed": self._world.seed})

    def _show_bill(self, query: str, body: bytes) -> Answer:  # noqa: ARG002 (as all actions)
        return _shown(self._bill.report())

    def _effects(self, query: str, body: bytes) -> Answer:  # noqa: ARG002 (as all actions)
        """What the platform's services have carried out, whatever became of their answers."""
        return _shown({service.name: service.carried_out() for service in self._services})

    def _settings(self, query: str, body: bytes) -> Answer:  # noqa: ARG002 (as all actions)
        return _shown({name: gate.faults.settings.shown() for name, gate in self._gates.items()})

    def _change_settings(self, query: str, body: bytes) -> Answer:
        """Replace settings of some vendors, all or none of them."""
        changed = {}
        for vendor, values in _object(body).items():
            if vendor not in self._gates:
                raise WrongSettingError(f"there is no vendor {vendor!r}, only {', '.join(self._gates)}")
            if not isinstance(values, dict):
                raise WrongSettingError(f"the settings of {vendor} are an object, not {values!r}")
            changed[vendor] = self._gates[vendor].faults.settings.changed(values)
        for vendor, settings in changed.items():
            self._gates[vendor].faults.settings = settings
        return self._settings(query, body)

    def _moves(self, query: str, body: bytes) -> Answer:  # noqa: ARG002 (as all actions)
        return _shown(self._sites.moves())

    def _move(self, query: str, body: bytes) -> Answer:
        """Let front pages of web sites lead elsewhere."""
        self._sites.move(_object(body))
        return self._moves(query, body)

    def _reset(self, query: str, body: bytes) -> Answer:
        """Empty the bill, forget usage and begin the sequence of faults again; settings stay."""
        self._bill.clear()
        for gate in self._gates.values():
            gate.clear()
        return self._show_bill(query, body)

    def _companies(self, query: str, body: bytes) -> Answer:
        params = parameters(query, body)
        limit, offset = params.number("limit", 1000, 0, _MOST_ROWS), params.number("offset", 0, 0, _MOST_ROWS)
        industries, countries = params.texts("industry"), [code.upper() for code in params.texts("country")]
        found = self._world.select(industries or None, countries or None, None)
        return _csv(_COMPANY_COLUMNS, map(_listed, islice(found, offset, offset + limit)))

    def _history(self, query: str, body: bytes) -> Answer:
        rows = _rows(parameters(query, body))
        leads = history(self._world, rows)
        return _csv(COLUMNS, ([lead[column] for column in COLUMNS] for lead in leads))


def _rows(params: Params) -> int:
    return params.number("rows", 5000, 0, _MOST_ROWS)


def _listed(company: Company) -> list[Any]:
    """A company as in a customer's list, where web sites are written in several ways."""
    luck = fraction("website", company.domain)
    shape = (
        "https://www.{}/" if luck < 0.4 else "http://{}" if luck < 0.6 else "www.{}" if luck < 0.8 else "{}"
    )
    website = shape.format(company.domain)
    return [company.name, website, company.country, company.industry, company.employees]


def _csv(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Answer:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return Answer(text.getvalue().encode(), content_type=CSV)


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise WrongSettingError("the settings are a JSON object") from None
    if not isinstance(values, dict):
        raise WrongSettingError("the settings are a JSON object")
    return values


def _shown(value: Any) -> Answer:
    return Answer(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def _refused(status: int, reason: str) -> Answer:
    return Answer(orjson.dumps({"error": reason}), status)
