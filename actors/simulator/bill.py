"""What the vendors charge: calls and credits for each vendor and key, and what was paid for twice."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(slots=True)
class Account:
    """The bill of one key at one vendor, and how many calls came above its limit."""

    calls: int = 0
    billed_calls: int = 0
    credits: int = 0
    above_limit: int = 0
    meters: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Account") -> None:
        """Add another bill to this one."""
        self.calls += other.calls
        self.billed_calls += other.billed_calls
        self.credits += other.credits

    def figures(self) -> dict[str, int]:
        """The three figures of a bill."""
        return {"calls": self.calls, "billed_calls": self.billed_calls, "credits": self.credits}


class Bill:
    """All accounts, and the fingerprints of all billed requests."""

    def __init__(self) -> None:
        self._accounts: defaultdict[tuple[str, str], Account] = defaultdict(Account)
        self._billed: set[int] = set()

    def account(self, vendor: str, key: str) -> Account:
        """The account of a key at a vendor."""
        return self._accounts[vendor, key]

    def charge(
        self, vendor: str, key: str, endpoint: str, params: Mapping[str, list[Any]], amount: int, meter: str
    ) -> None:
        """Book the credits of one answered request."""
        account = self._accounts[vendor, key]
        account.billed_calls += 1
        account.credits += amount
        account.meters[meter] += amount
        asked = orjson.dumps(params, option=orjson.OPT_SORT_KEYS)
        self._billed.add(hash((vendor, key, endpoint, asked)))

    def report(self) -> dict[str, Any]:
        """The whole bill: per vendor and key, the totals, and how many billed requests were repeats."""
        vendors: dict[str, dict[str, Any]] = {}
        total = Account()
        for (vendor, key), account in sorted(self._accounts.items()):
            shown = vendors.setdefault(vendor, {**Account().figures(), "keys": {}})
            for figure, amount in account.figures().items():
                shown[figure] += amount
            shown["keys"][key] = {
                **account.figures(),
                "meters": dict(account.meters),
                "above_limit": account.above_limit,
            }
            total.add(account)
        return {
            "vendors": vendors,
            "total": total.figures(),
            "distinct_billed_requests": len(self._billed),
            "repeated_billed_requests": total.billed_calls - len(self._billed),
        }

    def clear(self) -> None:
        """Forget everything."""
        self._accounts.clear()
        self._billed.clear()
