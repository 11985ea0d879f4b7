"""What goes wrong at a vendor: settings that can be changed while it runs, and the draw for each request."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from actors.simulator.chance import stream
from actors.simulator.garbage import KINDS

_LATENCY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:(?:±|\+-|\+/-)\s*(\d+(?:\.\d+)?))?\s*$")
_KEYS = ("kept", "unheeded", "forgotten")


class WrongSettingError(ValueError):
    """A setting that cannot be: the message names it and says what can."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a vendor behaves: slow, refusing, failing, putting off, down, and how many credits each key has.

    `rate_202` counts where a vendor may say that it needs longer: which questions those are depends on the
    question alone, and the second time it answers. `rate_garbage` is the share of answers of the kind that
    `garbage` names, which nobody can use; `rate_lost` of those that never arrive, although what was asked for
    is done. `keys` says what becomes of the keys that make a repeated request known as one: `kept`; `unheeded`,
    where a repeat is carried out again, though the key is remembered; or `forgotten`.
    """

    latency_ms: str = "0"
    rate_429: float = 0.0
    rate_500: float = 0.0
    rate_202: float = 0.05
    rate_garbage: float = 0.0
    garbage: str = "truncated"
    rate_lost: float = 0.0
    keys: str = "kept"
    outage: bool = False
    requests_per_minute: int = 600_000
    credits: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every value; raises WrongSettingError."""
        if not isinstance(self.latency_ms, str) or not _LATENCY.match(self.latency_ms):
            raise WrongSettingError(f"latency_ms is a number or like 50±20, not {self.latency_ms!r}")
        for name in ("rate_429", "rate_500", "rate_202", "rate_garbage", "rate_lost"):
            rate = getattr(self, name)
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise WrongSettingError(f"{name} is a share from 0 to 1, not {rate!r}")
        if self.rate_429 + self.rate_500 + self.rate_garbage + self.rate_lost > 1:
            raise WrongSettingError("rate_429, rate_500, rate_garbage and rate_lost together are at most 1")
        if self.keys not in _KEYS:
            raise WrongSettingError(f"keys is one of {', '.join(_KEYS)}, not {self.keys!r}")
        if self.garbage not in KINDS:
            raise WrongSettingError(f"garbage is one of {', '.join(KINDS)}, not {self.garbage!r}")
        if not isinstance(self.outage, bool):
            raise WrongSettingError(f"outage is true or false, not {self.outage!r}")
        if not _is_count(self.requests_per_minute) or self.requests_per_minute < 1:
            raise WrongSettingError(
                f"requests_per_minute is a whole number from 1, not {self.requests_per_minute!r}"
            )
        if not isinstance(self.credits, Mapping) or not all(map(_is_count, self.credits.values())):
            raise WrongSettingError(f"credits is an object of keys and whole numbers, not {self.credits!r}")

    def changed(self, values: Mapping[str, Any]) -> "Settings":
        """These settings with some replaced; raises WrongSettingError."""
        known = {one.name for one in fields(self)}
        for name in values:
            if name not in known:
                raise WrongSettingError(f"there is no setting {name!r}, only {', '.join(sorted(known))}")
        latency = values.get("latency_ms")
        if isinstance(latency, int | float) and not isinstance(latency, bool):
            values = {**values, "latency_ms": str(latency)}
        return replace(self, **values)

    def shown(self) -> dict[str, Any]:
        """The settings as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one request: a failure (429, 500, 503), garbage, a lost answer or none, and how long it takes."""

    failure: int | None
    latency_s: float
    garbage: str | None = None
    is_lost: bool = False


class Faults:
    """The draws of one vendor: the same seed gives the same fates to the same sequence of requests."""

    def __init__(self, seed: int, vendor: str) -> None:
        self._seed, self._vendor = seed, vendor
        self.settings = Settings()
        self.clear()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        latency = _LATENCY.match(settings.latency_ms)
        usual, spread = latency.groups() if latency else ("0", None)
        self._usual_s, self._spread_s = float(usual) / 1000, float(spread or 0) / 1000

    def clear(self) -> None:
        """Begin the sequence of draws again."""
        self._rng = stream(self._seed, "faults", self._vendor)

    def draw(self) -> Fate:
        """The fate of the next request; each takes two numbers, so that changed rates shift no other draw."""
        luck, slowness = self._rng.random(), self._rng.random()
        latency_s = max(0.0, self._usual_s + self._spread_s * (2 * slowness - 1))
        if self._settings.outage:
            return Fate(503, latency_s)
        if luck < self._settings.rate_429:
            return Fate(429, latency_s)
        if luck < self._settings.rate_429 + self._settings.rate_500:
            return Fate(500, latency_s)
        if luck < self._settings.rate_429 + self._settings.rate_500 + self._settings.rate_garbage:
            return Fate(None, latency_s, self._settings.garbage)
        return Fate(None, latency_s, is_lost=luck >= 1 - self._settings.rate_lost)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
