"""How well addresses are guessed at companies of the simulator, of which some addresses are known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from actors.core.address_patterns.candidates import candidates
from actors.core.address_patterns.posterior import AddressPatterns, learnt_habits
from actors.core.address_patterns.turnover import Turnover
from actors.simulator.company import Company
from actors.simulator.person import Person
from actors.simulator.world import World

KNOWN = (0, 1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class Guess:
    """The best candidate for one person: how likely it was said to be, and what is true of it."""

    known: int
    probability: float
    is_right: bool
    is_delivered: bool


@dataclass(frozen=True, slots=True)
class Decile:
    """The guesses that were said to be right with about that probability, and how many are."""

    at_least: float
    guesses: int
    said: float
    right: float


def guesses(seed: int, companies: int, *, colleagues_known: bool = True) -> tuple[list[Guess], Turnover]:
    """A guess for each person whose address the model was not shown, and the turnover that it learnt.

    Of each company it is shown 0, 1, 2, 3 or 5 addresses, in turn, with the names of their owners. Those whose
    owner left have bounced since. Turnover and habits are learnt from the shown ones alone.
    Nobody works there but whom the world names, however large the company is said to be.
    """
    world = World(seed, companies, date(2026, 11, 1))
    shown = [
        _dealt(seed, place, company, world.people(company)) for place, company in enumerate(world.companies)
    ]
    stale = sum(person.email_is_stale for known, _ in shown for person in known)
    turnover = Turnover().observed(delivered=sum(len(known) for known, _ in shown) - stale, bounced=stale)
    of_all = [
        _after(AddressPatterns(company.employees, company.country, turnover), known)
        for company, (known, _) in zip(world.companies, shown, strict=True)
    ]
    habits = learnt_habits(of_all)
    made: list[Guess] = []
    for company, patterns, (known, others) in zip(world.companies, of_all, shown, strict=True):
        names = [(one.first_name, one.last_name) for one in (*known, *others)] if colleagues_known else []
        unnamed = 0 if colleagues_known else len(known) + len(others) - 1
        made += _made(company, replace(patterns, habits=habits), len(known), others, names, unnamed)
    return made, turnover


def deciles(made: Sequence[Guess]) -> Iterator[Decile]:
    """How often guesses are right, by how likely they were said to be."""
    for tenth in range(10):
        some = [one for one in made if min(9, int(one.probability * 10)) == tenth]
        if some:
            said = sum(one.probability for one in some) / len(some)
            yield Decile(tenth / 10, len(some), said, share(one.is_right for one in some))


def share(facts: Iterable[bool]) -> float:
    """The share of what is true."""
    listed = list(facts)
    return sum(listed) / len(listed)


def _dealt(
    seed: int, place: int, company: Company, people: Sequence[Person]
) -> tuple[list[Person], list[Person]]:
    """Those of its people whose address is known, and the others; at least one of these."""
    shuffled = Random(f"{seed}/{company.domain}").sample(people, len(people))
    known = min(KNOWN[place % len(KNOWN)], len(people) - 1)
    return shuffled[:known], shuffled[known:]


def _after(patterns: AddressPatterns, known: Sequence[Person]) -> AddressPatterns:
    for one in known:
        patterns = patterns.observed(one.email, one.first_name, one.last_name)
        if one.email_is_stale:
            patterns = patterns.bounced(one.email, one.first_name, one.last_name)
    return patterns


def _made(
    company: Company,
    patterns: AddressPatterns,
    known: int,
    others: Sequence[Person],
    names: Sequence[tuple[str, str]],
    unnamed: int,
) -> Iterator[Guess]:
    for person in others:
        listed = candidates(
            patterns,
            person.first_name,
            person.last_name,
            company.country,
            company.domain,
            colleagues=names,
            unnamed=unnamed,
        )
        if listed:
            is_right = listed[0].email == person.email
            yield Guess(known, listed[0].probability, is_right, is_right and not person.email_is_stale)
