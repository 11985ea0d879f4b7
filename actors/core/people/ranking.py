"""Who of a staff is wanted most, and why, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.core.people.title_words import SENIORITIES
from actors.core.people.titles import Role, read_title
from actors.core.questions import PersonFound
from tenants.icp import Persona, has_words

#: how far above or below what was asked for somebody may be, in steps of seniority
_NEAR = 2
_BY_TITLE, _NEAR_TITLE, _IN_DEPARTMENT, _ASKED_SENIORITY, _NEAR_SENIORITY = 4.0, 2.0, 2.0, 2.0, 1.0
_INTERIM, _OF_LATER_TITLE = 0.75, 0.1
_OWN_LEVELS = {
    "founder": 0,
    "owner": 0,
    "c_suite": 0,
    "partner": 0,
    "vp": 1,
    "head": 2,
    "director": 2,
    "manager": 4,
}
_LEVELS = {name: _OWN_LEVELS.get(name, place - 2) for place, name in enumerate(SENIORITIES)} | {
    "senior": 6,
    "entry": 7,
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person, how much they are wanted, and the reasons; without a standing they are left out."""

    person: PersonFound
    standing: float | None
    reasons: tuple[str, ...]

    @property
    def is_left_out(self) -> bool:
        """Whether this person does not match at all."""
        return self.standing is None


def rank(people: Sequence[PersonFound], persona: Persona) -> list[Ranked]:
    """All of them, the most wanted first, then those who are left out, in whatever order they came."""
    return sorted((_judged(person, persona) for person in people), key=_order)


def wanted(people: Sequence[PersonFound], persona: Persona) -> list[PersonFound]:
    """Those who match, the most wanted first."""
    return [one.person for one in rank(people, persona) if not one.is_left_out]


def _order(one: Ranked) -> tuple[bool, float, int, bool, str]:
    seniority = _seniority(one.person, read_title(one.person.title or ""))
    level = SENIORITIES.index(seniority) if seniority in SENIORITIES else len(SENIORITIES)
    has_address = one.person.has_email or one.person.email is not None
    return one.is_left_out, -(one.standing or 0.0), level, not has_address, one.person.model_dump_json()


def _judged(person: PersonFound, persona: Persona) -> Ranked:
    role = read_title(person.title or "")
    against = _reason_against(role, persona)
    if against is not None:
        return Ranked(person, None, (against,))
    found = [*_by_title(person, role, persona), *_by_department(person, role, persona)]
    found += _by_seniority(_seniority(person, role), persona)
    asks = bool(persona.titles or persona.seniorities or persona.departments)
    if asks and all(points <= 0 for points, _ in found):
        knows_nothing = role.seniority is None and not role.departments and person.seniority is None
        if not (knows_nothing and person.department is None):
            return Ranked(
                person, None, tuple(said for _, said in found) or ("nothing of what was asked for",)
            )
    if role.is_interim:
        found.append((-_INTERIM, "interim"))
    if person.has_email or person.email is not None:
        found.append((0.0, "an address is known"))
    return Ranked(person, round(sum(points for points, _ in found), 2), tuple(said for _, said in found))


def _reason_against(role: Role, persona: Persona) -> str | None:
    """Why this is nobody to write to, whatever else speaks for them."""
    if role.is_former:
        return "no longer there"
    asked = [read_title(title) for title in persona.titles]
    if role.is_assistant and not any(one.is_assistant for one in asked):
        return "assists somebody, and decides nothing"
    levels = [_LEVELS[name] for name in persona.seniorities if name in _LEVELS]
    levels += [_LEVELS[one.seniority] for one in asked if one.seniority is not None]
    if role.seniority in {"intern", "entry"} and levels and max(levels) <= _LEVELS["manager"]:
        return f"{_in_words(role.seniority)}, where {_in_words(_named(max(levels)))} or higher was asked for"
    return None


def _by_title(person: PersonFound, role: Role, persona: Persona) -> list[tuple[float, str]]:
    """The best of the titles asked for, the first ones a little better."""
    best: tuple[float, str] | None = None
    for place, title in enumerate(persona.titles):
        likeness, said = _likeness(person.title or "", role, title)
        points = likeness - _OF_LATER_TITLE * min(place, 9) if likeness else 0.0
        if points > 0 and (best is None or points > best[0]):
            best = points, said
    if best is not None:
        return [best]
    return [(0.0, "not a title asked for")] if persona.titles else []


def _likeness(text: str, role: Role, title: str) -> tuple[float, str]:
    asked = read_title(title)
    fields = set(asked.departments) & set(role.departments)
    same_fields = fields or (not asked.departments and not role.departments)
    if asked.seniority is None:  # a field, or a word that we do not know
        if has_words(text, title):
            return _BY_TITLE, f"title asked for: {title}"
        return (_NEAR_TITLE, f"in the field asked for: {title}") if fields else (0.0, "")
    if asked.title == role.title or (same_fields and asked.seniority == role.seniority):
        return _BY_TITLE, f"title asked for: {title}"
    if role.seniority is None or not (same_fields or not asked.departments):
        return 0.0, ""
    apart = _LEVELS[role.seniority] - _LEVELS[asked.seniority]
    if not asked.departments and apart == 0:
        return _BY_TITLE, f"title asked for: {title}"
    near = f"near the title asked for: {title}"
    return (_NEAR_TITLE - 0.25 * abs(apart), near) if abs(apart) <= _NEAR else (0.0, "")


def _by_department(person: PersonFound, role: Role, persona: Persona) -> list[tuple[float, str]]:
    if not persona.departments:
        return []
    own = set(role.departments) | ({person.department} if person.department else set())
    for department in persona.departments:
        if department in own:
            return [(_IN_DEPARTMENT, f"in {department}, as asked")]
    return [(-_IN_DEPARTMENT, f"in {' and '.join(sorted(own))}, not as asked")] if own else []


def _by_seniority(seniority: str | None, persona: Persona) -> list[tuple[float, str]]:
    levels = [_LEVELS[name] for name in persona.seniorities if name in _LEVELS]
    if not levels or seniority not in _LEVELS:
        return []
    if seniority in persona.seniorities:
        return [(_ASKED_SENIORITY, f"{_in_words(seniority)}, as asked")]
    level = _LEVELS[seniority]
    nearest = min(abs(level - one) for one in levels)
    said = (
        "less senior than asked"
        if level > max(levels)
        else "more senior than asked"
        if level < min(levels)
        else ""
    )
    said = said or "of another seniority than asked"
    return [(_NEAR_SENIORITY - 0.5 * nearest if nearest <= _NEAR else -_ASKED_SENIORITY, said)]


def _seniority(person: PersonFound, role: Role) -> str | None:
    """What the title says, else what a provider says."""
    return role.seniority or person.seniority


def _named(level: int) -> str:
    return next(name for name, own in _LEVELS.items() if own == level)


def _in_words(seniority: str) -> str:
    return seniority.replace("_", " ")
