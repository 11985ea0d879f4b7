"""What several sources say of a company's staff, put together: each person once, each value with its source."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from actors.core.people.names import Grade, compare_read, read_name
from actors.core.people.titles import read_title
from actors.core.questions import PersonFound

_PROFILE = re.compile(r"linkedin\.com/(?:in|pub)/([^/?#\s]+)", re.IGNORECASE)
_LEADING = frozenset({"founder", "owner", "c_suite", "partner"})


@dataclass(frozen=True, slots=True)
class Sourced:
    """A person as one source shows them. `trust` orders the sources: the highest fills each field."""

    person: PersonFound
    source: str
    trust: float = 0.5


@dataclass(frozen=True, slots=True)
class Merged:
    """One person: what is known together, from whom each value is, and all that it was put together from."""

    person: PersonFound
    sources: Mapping[str, str]
    parts: tuple[Sourced, ...]


def merge(people: Sequence[Sourced]) -> tuple[Merged, ...]:
    """Each person of one company once, in an order that does not hang on that of the input.

    What is certain is put together first: the same profile, address or id of one provider. Then those whose names
    and titles fit, but only where nobody else's do as well: of two Ann Examples neither is merged by name.
    """
    ordered = sorted(people, key=_order)
    groups = _by_evidence(ordered)
    merged = [_put_together(group) for group in _by_name(groups)]
    return tuple(sorted(merged, key=lambda one: [_order(part) for part in one.parts]))


def profile_of(linkedin_url: str | None) -> str | None:
    """What names a person at LinkedIn, however the address is written."""
    found = _PROFILE.search(linkedin_url or "")
    return found[1].lower() if found else None


def _order(one: Sourced) -> tuple[float, str, str]:
    return -one.trust, one.source, one.person.model_dump_json()


def _keys(one: Sourced) -> Iterable[tuple[str, ...]]:
    profile, email = profile_of(one.person.linkedin_url), one.person.email
    if profile is not None:
        yield "profile", profile
    if email:
        yield "email", email.strip().lower()
    if one.person.provider_id:
        yield "id", one.source, one.person.provider_id


def _by_evidence(people: Sequence[Sourced]) -> list[list[Sourced]]:
    """Those who share a profile, an address or an id; a group never takes in what contradicts it."""
    groups: list[list[Sourced]] = [[one] for one in people]
    for kind in ("profile", "email", "id"):
        known: dict[tuple[str, ...], list[Sourced]] = {}
        kept: list[list[Sourced]] = []
        for group in groups:
            keys = sorted({key for one in group for key in _keys(one) if key[0] == kind})
            into = next((known[key] for key in keys if key in known and _may_join(known[key], group)), None)
            if into is None:
                kept.append(group)
            else:
                into.extend(group)
            known |= {key: group if into is None else into for key in keys if key not in known}
        groups = kept
    return groups


def _may_join(ours: Sequence[Sourced], theirs: Sequence[Sourced]) -> bool:
    """Whether no profile and no address of the one is against the other."""
    for kind in ("profile", "email"):
        one, other = _values(ours, kind), _values(theirs, kind)
        if one and other and one.isdisjoint(other):
            return False
    return True


def _values(group: Sequence[Sourced], kind: str) -> set[tuple[str, ...]]:
    return {key for one in group for key in _keys(one) if key[0] == kind}


def _by_name(groups: Sequence[list[Sourced]]) -> list[list[Sourced]]:
    """The groups, with those put together whose names fit each other and nobody else's.

    The surest go first; of a grade all are found before any is joined, and joining goes on until nothing fits.
    """
    left = [sorted(group, key=_order) for group in groups]
    for grade in (Grade.SAME, Grade.LIKELY, Grade.POSSIBLE):
        while joins := _unrivalled(left, grade):
            first, second = joins[0]
            joined = sorted([*left[first], *left[second]], key=_order)
            left = [group for place, group in enumerate(left) if place not in {first, second}]
            left = sorted([*left, joined], key=lambda group: [_order(one) for one in group])
    return left


def _unrivalled(groups: Sequence[Sequence[Sourced]], least: Grade) -> list[tuple[int, int]]:
    """Pairs that fit, and of whom neither fits another that it could not be together with."""
    fits: dict[int, set[int]] = {}
    for one, other in combinations(range(len(groups)), 2):
        if _fit(groups[one], groups[other], least):
            fits.setdefault(one, set()).add(other)
            fits.setdefault(other, set()).add(one)
    return [
        (one, other)
        for one, others in sorted(fits.items())
        for other in sorted(others)
        if one < other
        and all(_fit(groups[other], groups[rival], least) for rival in fits[one] - {other})
        and all(_fit(groups[one], groups[rival], least) for rival in fits[other] - {one})
    ]


def _fit(ours: Sequence[Sourced], theirs: Sequence[Sourced], least: Grade) -> bool:
    if not _may_join(ours, theirs) or _ids_differ(ours, theirs):
        return False
    return all(_are_one(one.person, other.person, least) for one in ours for other in theirs)


def _ids_differ(ours: Sequence[Sourced], theirs: Sequence[Sourced]) -> bool:
    """Whether one provider tells them apart: two ids of one source are two people."""
    own = {one.source: one.person.provider_id for one in ours if one.person.provider_id}
    return any(
        one.source in own and one.person.provider_id and one.person.provider_id != own[one.source]
        for one in theirs
    )


def _are_one(one: PersonFound, other: PersonFound, least: Grade) -> bool:
    names = read_name(one.first_name, one.last_name), read_name(other.first_name, other.last_name)
    if not all(name.family and name.given for name in names) or compare_read(*names).grade < least:
        return False
    if one.country and other.country and one.country != other.country:
        return False
    return _titles_fit(one, other, is_sure=least is not Grade.POSSIBLE)


def _titles_fit(one: PersonFound, other: PersonFound, *, is_sure: bool) -> bool:
    """Whether one person may have both titles; where the names only may be one, the titles have to say the same."""
    if not one.title or not other.title:
        return is_sure
    if one.title.casefold() == other.title.casefold():
        return True
    ours, theirs = read_title(one.title), read_title(other.title)
    share = (
        not ours.departments or not theirs.departments or bool({*ours.departments} & {*theirs.departments})
    )
    alike = ours.seniority == theirs.seniority or {ours.seniority, theirs.seniority} <= _LEADING
    return share and alike and (is_sure or ours.title == theirs.title)


def _put_together(group: Sequence[Sourced]) -> Merged:
    """The first source that has a value gives it; a whole last name goes before one that is shown in part."""
    parts = tuple(sorted(_once_each(group), key=_order))
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for field in PersonFound.model_fields:
        said = [(getattr(one.person, field), one.source) for one in parts]
        said = [(value, source) for value, source in said if value is not None]
        said.sort(key=lambda pair: isinstance(pair[0], str) and "*" in pair[0])
        if said:
            values[field], sources[field] = said[0]
    _keep_together(parts, values, sources)
    return Merged(PersonFound.model_validate(values), sources, parts)


def _once_each(group: Iterable[Sourced]) -> list[Sourced]:
    """The group without what was said twice in the same words."""
    return list({_order(one): one for one in group}.values())


def _keep_together(parts: Sequence[Sourced], values: dict[str, object], sources: dict[str, str]) -> None:
    """What is said of an address goes with the address, and whoever has it says that there is one."""
    if "email" not in values:
        return
    giver = next(one for one in parts if one.person.email == values["email"])
    values["email_status"], values["has_email"] = giver.person.email_status, True
    sources["has_email"] = giver.source
    if giver.person.email_status is None:
        sources.pop("email_status", None)
    else:
        sources["email_status"] = giver.source
