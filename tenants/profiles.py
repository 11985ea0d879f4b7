"""Whom a tenant looks for, as one thing: companies and people, what differs between two, and who would fit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.differences import Difference, differing, fields_hash
from tenants.icp import IdealCustomer, Persona, mismatch
from tenants.records import Account, Record

_ANYBODY = Persona().model_dump(mode="json")
SHOWN = 20
"""How many companies of each kind are shown of those that were looked at."""


class Profile(Record):
    """Whom a tenant looks for: which companies, and which people there, the most wanted first."""

    icp: IdealCustomer = IdealCustomer()
    personas: tuple[Persona, ...] = (Persona(),)


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a profile makes of companies that are known already, beside what another one makes of them now.

    `comes` fit and did not before, `goes` did and do not. `reasons` are those of the companies that do not fit, the
    most frequent first. Of either kind some are told by name, those first for whom something changes.
    """

    looked_at: int
    fits: int
    fits_now: int
    comes: int
    goes: int
    reasons: Mapping[str, int]
    inside: tuple[Account, ...]
    outside: tuple[tuple[Account, str], ...]


def document_of(profile: Profile) -> dict[str, Any]:
    """The profile as a file says it: without what makes no difference."""
    return {
        "icp": _said(profile.icp.model_dump(mode="json")),
        "personas": [_said(one.model_dump(mode="json")) for one in profile.personas],
    }


def fields_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a stored profile says, each field by its place: `icp.industries`, `personas.0.titles`."""
    fields = {f"icp.{name}": value for name, value in _said(document.get("icp") or {}).items()}
    personas = document.get("personas")
    for number, persona in enumerate([{}] if personas is None else personas):
        said = _said({**_ANYBODY, **persona})
        fields |= {f"personas.{number}.{name}": value for name, value in said.items()}
    return fields


def profile_hash(document: Mapping[str, Any]) -> str:
    """What a profile says, as one word."""
    return fields_hash(fields_of(document))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields that are not the same in two profiles, in the order in which files have them."""
    return differing(fields_of(before), fields_of(after))


def fitting(
    now: IdealCustomer, wanted: IdealCustomer, accounts: Iterable[Account], excluded: Mapping[UUID, str]
) -> Fitting:
    """What the wanted profile makes of these companies, by the rules by which the mill goes.

    `excluded` are those that the tenant leaves alone anyhow, and why.
    """
    reasons: Counter[str] = Counter()
    inside: tuple[list[Account], list[Account]] = ([], [])
    outside: tuple[list[tuple[Account, str]], list[tuple[Account, str]]] = ([], [])
    looked_at = fits_now = 0
    for account in accounts:
        looked_at += 1
        fitted = not (mismatch(now, account) or excluded.get(account.id))
        fits_now += fitted
        reason = mismatch(wanted, account) or excluded.get(account.id)
        if reason is None:
            inside[fitted].append(account)
        else:
            reasons[reason] += 1
            outside[not fitted].append((account, reason))
    return Fitting(
        looked_at=looked_at,
        fits=len(inside[0]) + len(inside[1]),
        fits_now=fits_now,
        comes=len(inside[0]),
        goes=len(outside[0]),
        reasons=dict(reasons.most_common()),
        inside=tuple((inside[0] + inside[1])[:SHOWN]),
        outside=tuple((outside[0] + outside[1])[:SHOWN]),
    )


def unknown(icp: IdealCustomer, account: Account) -> list[str]:
    """What the profile asks for and nobody knows of this company yet: it may turn out not to fit after all."""
    asked = {
        "industry": icp.industries,
        "country": icp.countries,
        "city": icp.cities,
        "employees": icp.employees_min is not None or icp.employees_max is not None,
        "technologies": icp.technologies,
        "funding": icp.funding_usd_min is not None or icp.funding_usd_max is not None,
        "open jobs": icp.open_jobs_min is not None,
        "year of founding": icp.founded_from is not None or icp.founded_to is not None,
    }
    known = {
        "industry": account.industry,
        "country": account.country,
        "city": account.city,
        "employees": account.employees,
        "technologies": account.technologies,
        "funding": account.funding_usd,
        "open jobs": account.open_jobs,
        "year of founding": account.founded_year,
    }
    return [name for name, wanted in asked.items() if wanted and known[name] in (None, "", ())]


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [], ())}
