"""What happens at a company, each thing once: whoever tells it, on whatever day, under whatever address."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from tenants.identity import stable_id
from tenants.records import AccountSignal, Finding

#: whose words a company's own website are
_WEBSITE = "website"
_MOST_TOLD = 120


class SignalKind(StrEnum):
    """What happened: a job announced, money raised, a technology changed, news, or a website that says other things."""

    HIRING = "hiring"
    FUNDING = "funding"
    TECHNOLOGY = "technology"
    NEWS = "news"
    SITE = "site"


# For so many days two of a kind that are told alike are one; of the other kinds they are for ever.
_SAME_FOR = {SignalKind.NEWS: timedelta(days=60), SignalKind.FUNDING: timedelta(days=30)}
# What says from where a reader came, and nothing of what is read.
_TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|dclid|mc_[ce]id|_hs\w+|ref|source|trk", re.IGNORECASE)
# "(m/w/d)" and the like: whom a job is open for, as the law wants it said
_FOR_ALL = re.compile(r"\(?\b[mfwdxh](?:\s*[/|]\s*[mfwdxh]){1,3}\b\)?", re.IGNORECASE)
_APART = re.compile(r"[\W_]+")


def signal(
    account_id: UUID, kind: str, on: date, title: str, url: str | None, source: str, seen_at: datetime
) -> AccountSignal:
    """A signal under its id: what is told alike has the same one, of a kind that may come again for each day."""
    said = _said(kind, title)
    parts = (said, on) if SignalKind(kind) in _SAME_FOR else (said,)
    return AccountSignal(
        id=stable_id(account_id, "signal", kind, *parts),
        account_id=account_id,
        kind=kind,
        on=on,
        title=title,
        url=url,
        source=source,
        seen_at=seen_at,
    )


def merged(known: Iterable[AccountSignal], heard: Iterable[AccountSignal]) -> tuple[AccountSignal, ...]:
    """Those of the heard signals of one account that are new, and known ones that began earlier than was known.

    What was heard in which order does not matter, and heard again it brings nothing.
    """
    kept = sorted(known, key=_order)
    before = {one.id: one for one in kept}
    places: dict[tuple[str, ...], list[int]] = {}
    for at, one in enumerate(kept):
        _put(places, one, at)
    for new in sorted(heard, key=_order):
        alike = (at for key in _keys(new) for at in places.get(key, ()) if _is_near(kept[at], new))
        at = min(alike, default=-1)
        if at < 0:
            _put(places, new, len(kept))
            kept.append(new)
        elif new.on < kept[at].on and SignalKind(new.kind) not in _SAME_FOR:
            kept[at] = kept[at].model_copy(update={"on": new.on})
    return tuple(one for one in kept if before.get(one.id) != one)


def changes(
    account_id: UUID, standing: Iterable[Finding], found: Iterable[Finding], now: datetime
) -> list[AccountSignal]:
    """What the findings of a run say has happened, against those that stood in the account before.

    Each provider is held against itself only: what one sees, another may never have looked for.
    """
    before = {(one.field, one.provider): one.value for one in standing}
    facts: dict[str, dict[str, Any]] = {}
    for one in found:
        facts.setdefault(one.provider, {})[one.field] = one.value
    told: list[tuple[SignalKind, date, str, str]] = []
    for provider, values in facts.items():
        stood = {field: value for (field, of), value in before.items() if of == provider}
        told += [
            (SignalKind.FUNDING, on, title, provider) for on, title in _raised(stood, values, now.date())
        ]
        told += [(SignalKind.TECHNOLOGY, now.date(), title, provider) for title in _technology(stood, values)]
        if provider == _WEBSITE:
            told += [(SignalKind.SITE, now.date(), title, provider) for title in _site(stood, values)]
    return [signal(account_id, kind, on, title, None, by, now) for kind, on, title, by in told]


def same_address(url: str) -> str:
    """An address without what does not matter: scheme, `www.`, tracking, order of parameters, slash, fragment."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return url
    place = f"{host}:{port}" if port not in {None, 80, 443} else host
    left = sorted((name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(name))
    return f"{place}{parts.path.rstrip('/')}?{urlencode(left)}"


def _order(one: AccountSignal) -> tuple[object, ...]:
    return (one.on, one.kind, one.title, one.url or "", one.source, one.seen_at, one.id)


def _keys(one: AccountSignal) -> list[tuple[str, ...]]:
    """By what a signal is known: what shares one of these is the same, if it is near enough in time."""
    if one.kind == SignalKind.FUNDING:
        return [(one.kind,)]
    keys: list[tuple[str, ...]] = [(one.kind, _said(one.kind, one.title))]
    article = _article(one.url) if one.kind == SignalKind.NEWS and one.url is not None else None
    return keys if article is None else [*keys, (one.kind, "at", article)]


def _put(places: dict[tuple[str, ...], list[int]], one: AccountSignal, at: int) -> None:
    for key in _keys(one):
        places.setdefault(key, []).append(at)


def _is_near(one: AccountSignal, other: AccountSignal) -> bool:
    kind = SignalKind(one.kind)
    return kind not in _SAME_FOR or abs(one.on - other.on) <= _SAME_FOR[kind]


@lru_cache(maxsize=10_000)
def _said(kind: str, title: str) -> str:
    """A title as it is compared. Signs count where they are all there is, as in C and C++."""
    plain = _FOR_ALL.sub(" ", title) if kind == SignalKind.HIRING else title
    if kind == SignalKind.TECHNOLOGY:
        return " ".join(plain.casefold().split())
    return " ".join(_APART.sub(" ", plain).casefold().split()) or " ".join(title.casefold().split())


@lru_cache(maxsize=10_000)
def _article(url: str) -> str | None:
    """Where one piece of news can be read; None for the front page of a site, where there are many."""
    address = same_address(url)
    return address if "/" in address or not address.endswith("?") else None


def _raised(stood: Mapping[str, Any], told: Mapping[str, Any], today: date) -> Iterable[tuple[date, str]]:
    """A round of funding: on its day, or on the day on which the stage was seen to be another."""
    on, stage = told.get("last_funding_on"), told.get("funding_stage")
    title = f"Raised money: {stage}" if stage else "Raised money"
    day = date.fromisoformat(on) if isinstance(on, str) else on
    if day is None and stage and stood.get("funding_stage") not in {None, stage}:
        day = today
    return [(day, title)] if day is not None and day <= today else []


def _technology(stood: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    if stood.get("technologies") is None or told.get("technologies") is None:
        return []
    had, has = ({each.casefold(): each for each in of["technologies"]} for of in (stood, told))
    came = [f"Uses {each} now" for key, each in has.items() if key not in had]
    return came + [f"No longer uses {each}" for key, each in had.items() if key not in has]


def _site(stood: Mapping[str, Any], told: Mapping[str, Any]) -> Iterable[str]:
    """What a website says otherwise than before."""
    for field, words in (("name", "Calls itself now"), ("description", "Says of itself now")):
        was, says = stood.get(field), told.get(field)
        if was is not None and says is not None and _said("", was) != _said("", says):
            yield f"{words}: {says if len(says) <= _MOST_TOLD else says[: _MOST_TOLD - 1] + '…'}"
