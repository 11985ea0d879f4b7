"""Whether two companies are one: a score, and the reasons for it in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenants.identifiers import TITLES, IdentifierKind
from tenants.legal_forms import LegalForm
from tenants.names import CompanyName, name_key, read_name
from tenants.records import Account
from tenants.wording import Weigh, Wording, alike, initials_of, weight_of, words_of

#: from here on two companies are one. No name reaches it: that takes something that only one company has
SAME_FROM = 0.95
#: from here on they may be one, and a person is to look
MAYBE_FROM = 0.7

_MOST_BY_NAME = 0.94
# What remains of the likeness of the names where something else speaks against it.
_OTHER_COUNTRY, _OTHER_CITY, _OTHER_AGE = 0.7, 0.97, 0.9
_OTHER_FORM, _NO_BUSINESS, _OTHER_MARK = 0.95, 0.7, 0.7
_OTHER_DOMAIN, _OTHER_DOMAIN_AND_NO_COUNTRY, _OTHER_DOMAIN_AND_NAME = 0.9, 0.72, 0.7
_OTHER_NUMBER = 0.7
# What it says at least, whatever they are called, that one's website leads to the other's, that both have one number
# in a register, and that both lead to a third place.
_LEADS_THERE, _SAME_NUMBER, _BOTH_LEAD = 0.9, 0.85, MAYBE_FROM
_YEARS_APART = 2
# What initials say by themselves, and what each thing more that fits adds to that.
_BY_INITIALS, _MORE, _MUCH_MORE = 0.6, 0.1, 0.2
_MOST_INITIALS = 6


class Verdict(StrEnum):
    """What a comparison of two companies comes to."""

    SAME = "same"
    MAYBE = "maybe"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Company:
    """What is known of a company when it is compared with another."""

    name: str
    domain: str | None = None
    country: str | None = None
    city: str | None = None
    founded_year: int | None = None
    identifiers: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two companies are one, from 0 to 1, and why."""

    score: float
    evidence: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """What that comes to."""
        if self.score >= SAME_FROM:
            return Verdict.SAME
        return Verdict.MAYBE if self.score >= MAYBE_FROM else Verdict.DIFFERENT


def company_of(account: Account) -> Company:
    """What an account tells of its company."""
    return Company(account.name, account.domain, account.country, account.city, account.founded_year)


def compare(one: Company, other: Company, weigh: Weigh = weight_of) -> Likeness:
    """How likely two companies are one.

    `weigh` says how much each word of a name counts, where that is known better than from the word alone.
    """
    wording = _by_name(one, other, weigh)
    if one.domain is not None and one.domain == other.domain:
        score = SAME_FROM + (1 - SAME_FROM) * wording.likeness
        return Likeness(round(score, 4), (f"both at {one.domain}", *wording.evidence))
    names = read_name(one.name), read_name(other.name)
    score = min(wording.likeness, _MOST_BY_NAME)
    led = [*_by_way(one, other), *_by_way(other, one)]
    shared = [*led, *_by_shared(one, other)]
    evidence = [*(reason for _, reason in shared), *wording.evidence]
    for share, reason in (
        *_by_register(*names),
        *(() if led else _by_domain(one, other, same_name=wording.likeness == 1)),
        *_by_place(one, other),
        *_by_age(one, other),
    ):
        score *= share
        evidence.append(reason)
    score = max([score, *(least for least, _ in shared)])
    for share, reason in _by_number(one, other):
        score *= share
        evidence.append(reason)
    return Likeness(round(score, 4), tuple(evidence))


def namesakes_among(accounts: Iterable[Account], others: Iterable[Account]) -> list[Account]:
    """Those of the accounts that have the plain name or the domain of one of the others."""
    others = list(others)
    names = {name_key(one.name) for one in others}
    domains = {one.domain for one in others} - {None}
    return [one for one in accounts if name_key(one.name) in names or one.domain in domains]


def _by_name(one: Company, other: Company, weigh: Weigh) -> Wording:
    ours, theirs = words_of(one.name), words_of(other.name)
    found = (
        alike(ours, theirs, weigh),
        _by_initials(one, other, ours, theirs),
        _by_initials(other, one, theirs, ours),
    )
    return max(found, key=lambda wording: wording.likeness)


def _by_initials(short: Company, full: Company, ours: Sequence[str], theirs: Sequence[str]) -> Wording:
    """What it says that one name is the initials of the other: little alone, since many have the same."""
    if len(ours) != 1 or len(theirs) < 2 or not 2 <= len(ours[0]) <= _MOST_INITIALS:
        return Wording(0.0, ())
    if initials_of(theirs) != ours[0]:
        return Wording(0.0, ())
    likeness = _BY_INITIALS
    said = [f"{ours[0]} is short for {' '.join(theirs)}"]
    if full.domain is not None and full.domain.partition(".")[0] == ours[0]:
        likeness += _MUCH_MORE
        said.append(f"which is at {full.domain}")
    if short.country is not None and short.country == full.country:
        likeness += _MORE
    if short.city is not None and short.city == full.city:
        likeness += _MORE
    return Wording(likeness, tuple(said))


def _by_register(one: CompanyName, other: CompanyName) -> Iterable[tuple[float, str]]:
    """What legal forms and the marks of a register say against it."""
    ours, theirs = one.forms - {LegalForm.ANY}, other.forms - {LegalForm.ANY}
    if ours and theirs and not ours & theirs:
        said = f"the one is {' and '.join(sorted(ours))}, the other {' and '.join(sorted(theirs))}"
        yield (_NO_BUSINESS if LegalForm.NON_PROFIT in ours | theirs else _OTHER_FORM), said
    if one.mark and other.mark and one.mark != other.mark:
        yield _OTHER_MARK, f"a register tells them apart as {one.mark} and {other.mark}"


def _by_way(one: Company, other: Company) -> Iterable[tuple[float, str]]:
    """What it says at least that the one's website leads to the other's for good."""
    if other.domain is not None and (IdentifierKind.DOMAIN, other.domain) in one.identifiers:
        yield _LEADS_THERE, f"{one.domain or one.name} leads to {other.domain}"


def _by_shared(one: Company, other: Company) -> Iterable[tuple[float, str]]:
    """What the identifiers that both have say at least: no more than that a person is to look.

    Registers are mostly asked by name and country, so two of one name may have been told the same company's number;
    and a holding is where many brands lead to.
    """
    for kind, value in sorted(one.identifiers & other.identifiers):
        if kind == IdentifierKind.DOMAIN:
            yield _BOTH_LEAD, f"both lead to {value}"
        else:
            yield _SAME_NUMBER, f"both have the {TITLES[IdentifierKind(kind)]} {value}"


def _by_number(one: Company, other: Company) -> Iterable[tuple[float, str]]:
    """What it says against it that a register has a number for each of them."""
    for kind, title in TITLES.items():
        ours, theirs = _numbers(one, kind), _numbers(other, kind)
        if ours and theirs and not set(ours) & set(theirs):
            yield _OTHER_NUMBER, f"the {title} of the one is {ours[0]}, of the other {theirs[0]}"


def _numbers(company: Company, kind: IdentifierKind) -> list[str]:
    return sorted(value for of, value in company.identifiers if of == kind)


def _by_domain(one: Company, other: Company, *, same_name: bool) -> Iterable[tuple[float, str]]:
    if one.domain is None or other.domain is None:
        return
    said = f"{one.domain} is not {other.domain}"
    if not same_name:
        yield _OTHER_DOMAIN_AND_NAME, said
    elif one.domain.partition(".")[0] == other.domain.partition(".")[0]:
        yield 1.0, said + ", but they are called alike"
    elif one.country is None or other.country is None:
        yield _OTHER_DOMAIN_AND_NO_COUNTRY, said
    else:
        yield _OTHER_DOMAIN, said


def _by_place(one: Company, other: Company) -> Iterable[tuple[float, str]]:
    if one.country is not None and other.country is not None:
        if one.country == other.country:
            yield 1.0, f"both in {one.country}"
        else:
            yield _OTHER_COUNTRY, f"{one.country} is not {other.country}"
    if one.city is not None and other.city is not None:
        if words_of(one.city) == words_of(other.city):
            yield 1.0, f"both in {one.city}"
        else:  # companies have offices in many cities
            yield _OTHER_CITY, f"{one.city} is not {other.city}"


def _by_age(one: Company, other: Company) -> Iterable[tuple[float, str]]:
    if one.founded_year is not None and other.founded_year is not None:
        apart = abs(one.founded_year - other.founded_year)
        yield (
            1.0 if apart <= _YEARS_APART else _OTHER_AGE,
            f"founded in {one.founded_year} and {other.founded_year}",
        )
