"""Brings companies in, from a list or from a provider's search by ideal customer."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.ledger import findings_in, identifiers_of, split_cost, values_of
from actors.core.outcome import Act, Done, Outcome
from actors.core.questions import Answer, CompanyFacts, CompanyPage, FindCompanies
from actors.events.lead import Company, LeadSourced
from actors.events.source import SourceRequested
from tenants.approvals import ActKind
from tenants.companies import identity_key, normal_name, registrable_domain
from tenants.countries import country_code
from tenants.icp import icp_hash, mismatch
from tenants.identity import TenantId, lead_id_of, review_id_of, stable_id
from tenants.matching import Verdict, company_of, compare
from tenants.names import name_key
from tenants.records import (
    Account,
    AccountIdentifier,
    AccountReview,
    Finding,
    Firmographics,
    Lead,
    SourceRejection,
    SourceTally,
)

PAGE_SIZE = 100
# An entry in an index of PostgreSQL takes 2,704 bytes, and the tenant is in it too.
_LONGEST_KEY_BYTES = 2_600
# Of companies that are called alike, so many are asked about for each new one.
_MOST_REVIEWS = 3

# What lists call the things we want to know; the first column that is there and filled wins.
_COLUMNS = {
    "name": ("name", "company", "company_name", "company name", "account", "account_name", "organization"),
    "website": ("domain", "website", "url", "web", "homepage", "company_domain", "company domain"),
    "country": (
        "country",
        "country_code",
        "location",
        "all_locations",
        "hq",
        "headquarters",
        "headquarters location",
    ),
    "industry": ("industry", "sector", "gics sector"),
    "employees": (
        "employees",
        "employee_count",
        "num_employees",
        "num. of employees",
        "team_size",
        "headcount",
        "size",
    ),
    "founded_year": ("founded_year", "founded", "year_founded"),
    "description": ("description", "one_liner", "short_description", "about"),
}

_FREE = {"cost_usd": Decimal(0), "paid_before_usd": Decimal(0)}


@agent(on=SourceRequested, emits=(LeadSourced,), deadline_s=120, concurrency=8)
async def lead_source(event: SourceRequested, ctx: Context) -> Outcome:
    """Brings in companies that may fit the ideal customer, each only once.

    Every row ends as a lead, as a duplicate, or rejected for a reason that is kept.
    """
    page = await _page(event, ctx)
    sorted_out = sort_out(event, _candidates(event, page), ctx.config.icp, ctx.tenant_id)
    known = await ctx.known_accounts([account.identity_key for account in sorted_out.accounts])
    fresh = [account for account in sorted_out.accounts if account.identity_key not in known]
    if event.as_lead is not None and fresh and await ctx.account_of(event.as_lead) is not None:
        fresh = []  # others have given the same id to two companies: the first one has it
    fresh = sorted_out.without_excluded(fresh, await _excluded(fresh, ctx), event.request_id)
    fresh, reviews = told_apart(fresh, await ctx.namesakes(fresh), ctx.tenant_id)
    leads = [
        Lead(
            id=event.as_lead or lead_id_of(ctx.tenant_id, account.id),
            account_id=account.id,
            source=event.source,
            icp_version=ctx.config_version,
        )
        for account in fresh
    ]
    asked_for = event.asked_for or sorted_out.read
    tally = SourceTally(
        request_id=event.request_id,
        part=event.part,
        read=sorted_out.read,
        sourced=len(fresh),
        duplicates=sorted_out.duplicates + len(sorted_out.accounts) - len(fresh),
        rejected=Counter(rejection.reason for rejection in sorted_out.rejections),
        total=_total(page),
    )
    counts = tally.model_dump(mode="json", include={"read", "sourced", "duplicates", "rejected"})
    return Done(
        new=(*fresh, *leads),
        save=(
            tally,
            *sorted_out.rejections,
            *reviews,
            *_findings(page, fresh, event, ctx),
            *_identifiers(page, fresh, sorted_out),
        ),
        say=tuple(_sourced(account, lead) for account, lead in zip(fresh, leads, strict=True)),
        output={**counts, "icp": icp_hash(ctx.config.icp)},
        acts=(Act(ActKind.SOURCE, f"{asked_for:,} companies are asked for", asked_for),) if fresh else (),
    )


class SortedOut:
    """Rows read so far: accounts that may be new, how many repeated one of them, and what was rejected."""

    def __init__(self) -> None:
        self.read = 0
        self.accounts: list[Account] = []
        self.duplicates = 0
        self.rejections: list[SourceRejection] = []
        self.rows: dict[UUID, tuple[int, Mapping[str, Any]]] = {}

    def without_excluded(
        self, fresh: Sequence[Account], reasons: Mapping[str, str], request_id: UUID
    ) -> list[Account]:
        """Those whom the tenant does not leave alone; the others are rejected for the reason that it has."""
        told = [(one, reasons.get(one.domain or "") or reasons.get(normal_name(one.name))) for one in fresh]
        for account, reason in told:
            if reason is not None:
                number, row = self.rows[account.id]
                self.accounts.remove(account)
                self.rejections.append(
                    SourceRejection(request_id=request_id, row_number=number, reason=reason, row=row)
                )
        return [account for account, reason in told if reason is None]


def sort_out(
    event: SourceRequested, candidates: Iterable[Mapping[str, Any]], icp: Any, tenant_id: TenantId
) -> SortedOut:
    """What becomes of each candidate, before looking at what the tenant has already."""
    result = SortedOut()
    seen: set[str] = set()
    for number, row in enumerate(candidates, start=event.first_row):
        result.read += 1
        account, reason = read_account(row, source=event.source, tenant_id=tenant_id)
        if account is not None and event.rows is None:  # a provider's own words, and not a list's columns
            account = account.learned({name: row.get(name) for name in Firmographics.model_fields})
        reason = reason or (mismatch(icp, account) if account is not None else None)
        if account is None or reason is not None:
            result.rejections.append(
                SourceRejection(
                    request_id=event.request_id, row_number=number, reason=reason or "no name", row=row
                )
            )
        elif account.identity_key in seen:
            result.duplicates += 1
        else:
            seen.add(account.identity_key)
            result.accounts.append(account)
            result.rows[account.id] = number, row
    return result


def told_apart(
    fresh: Sequence[Account], known: Iterable[Account], tenant_id: TenantId
) -> tuple[list[Account], list[AccountReview]]:
    """Those that are no company that is known under another key, and the pairs that a person is to look at.

    What is at the same domain is the same company. What only has the same name comes in, and is asked about.
    """
    near: dict[str, list[Account]] = defaultdict(list)
    for account in known:
        _file(account, near)
    apart: list[Account] = []
    reviews: list[AccountReview] = []
    for account in fresh:
        others = {one.id: one for key in _places_of(account) for one in near[key]}.values()
        found = [(compare(company_of(account), company_of(one)), one) for one in others]
        if any(likeness.verdict is Verdict.SAME for likeness, _ in found):
            continue
        apart.append(account)
        _file(account, near)
        maybe = [pair for pair in found if pair[0].verdict is Verdict.MAYBE]
        for likeness, one in sorted(maybe, key=lambda pair: -pair[0].score)[:_MOST_REVIEWS]:
            review = AccountReview(
                id=review_id_of(tenant_id, account.id, one.id),
                account_id=account.id,
                other_id=one.id,
                score=likeness.score,
                evidence=likeness.evidence,
            )
            reviews.append(review)
    return apart, reviews


def _file(account: Account, near: dict[str, list[Account]]) -> None:
    for key in _places_of(account):
        near[key].append(account)


def _places_of(account: Account) -> Iterable[str]:
    """Where to look for an account's namesakes."""
    yield f"name:{name_key(account.name)}"
    if account.domain is not None:
        yield f"domain:{account.domain}"


def read_account(
    row: Mapping[str, Any], *, source: str, tenant_id: TenantId
) -> tuple[Account | None, str | None]:
    """The account in a row of a list, or None and the reason why there is none."""
    lower = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
    values = {name: _first_filled(lower, columns) for name, columns in _COLUMNS.items()}
    domain = registrable_domain(values["website"])
    name = values["name"] or domain
    if not name:
        return None, "neither name nor website"
    country = country_code(values["country"].split(";")[0]) if values["country"] else None
    key = identity_key(name=name, domain=domain, country=country)
    if len(key.encode()) > _LONGEST_KEY_BYTES:
        return None, "endless name"
    account = Account(
        id=stable_id(tenant_id, "account", key),
        identity_key=key,
        name=name,
        domain=domain,
        country=country,
        industry=values["industry"],
        employees=_whole(values["employees"]),
        founded_year=_whole(values["founded_year"]),
        description=values["description"],
        source=source,
    )
    return account, None


async def _excluded(fresh: Sequence[Account], ctx: Context) -> Mapping[str, str]:
    """The reasons for which the tenant leaves some of these alone, by domain and by plain name."""
    domains = [one.domain for one in fresh if one.domain is not None]
    return await ctx.excluded(domains=domains, names=[normal_name(one.name) for one in fresh])


async def _page(event: SourceRequested, ctx: Context) -> Answer[CompanyPage] | None:
    """The page of a provider's search; None for a list, which has its rows already."""
    if event.rows is not None:
        return None
    icp = ctx.config.icp if event.slice is None else event.slice.of(ctx.config.icp)
    question = FindCompanies(icp=icp, page=event.page or 1, per_page=event.per_page or PAGE_SIZE)
    return await ctx.ask(question, of=event.source)


def _total(page: Answer[CompanyPage] | None) -> int | None:
    """How many companies a search has in all; none for a miss, and no number for a list."""
    if page is None:
        return None
    return page.content.total if page.content is not None else 0


def _candidates(event: SourceRequested, page: Answer[CompanyPage] | None) -> Iterable[Mapping[str, Any]]:
    if page is None:
        return event.rows or ()
    companies = page.content.companies if page.content is not None else ()
    return [company.model_dump(exclude_none=True) for company in companies[: event.limit]]


def _findings(
    page: Answer[CompanyPage] | None, fresh: Sequence[Account], event: SourceRequested, ctx: Context
) -> list[Finding]:
    """What a search told of the companies that are new: each value with its share of the page's price."""
    if page is None:
        return []
    told = [_told(account) for account in fresh]
    shares = split_cost(page.cost_usd + page.paid_before_usd, sum(len(values_of(facts)) for facts in told))
    found = [
        one.model_copy(update={"cost_usd": shares.pop(), "is_current": True})
        for account, facts in zip(fresh, told, strict=True)
        for one in findings_in(page.model_copy(update={"content": facts, **_FREE}), account.id, ctx.now)
    ]
    if not found:  # a page that brought nothing new was paid for all the same
        found = findings_in(page.model_copy(update={"content": None}), event.request_id, ctx.now)
    return found


def _identifiers(
    page: Answer[CompanyPage] | None, fresh: Sequence[Account], sorted_out: SortedOut
) -> list[AccountIdentifier]:
    """What a search told that only these companies have, such as their numbers in registers."""
    if page is None:
        return []
    return [one for account in fresh for one in identifiers_of(account, sorted_out.rows[account.id][1], page)]


def _told(account: Account) -> CompanyFacts:
    names = (*Firmographics.model_fields, "name", "domain")
    return CompanyFacts(**{name: getattr(account, name) for name in names})


def _sourced(account: Account, lead: Lead) -> LeadSourced:
    company = Company(
        name=account.name,
        domain=account.domain,
        industry=account.industry,
        country=account.country,
        employees=account.employees,
    )
    return LeadSourced(
        lead_id=lead.id,
        account_id=account.id,
        account=company,
        source=lead.source,
        icp_version=lead.icp_version,
    )


def _first_filled(row: Mapping[str, Any], columns: Iterable[str]) -> str | None:
    for column in columns:
        value = row.get(column)
        if not isinstance(value, (str, int, float)):
            continue  # a list within a field is not one value
        # no database keeps a NUL or half a character
        text = str(value or "").replace("\0", "").encode(errors="ignore").decode().strip()
        if text:
            return text
    return None


def _whole(text: str | None) -> int | None:
    """The whole number in a cell such as "1,200" or "11-50" (the lower end); None where there is none."""
    digits = (text or "").replace(",", "").replace("+", "").split("-")[0].strip().removesuffix(".0")
    return int(digits) if digits.isdecimal() and int(digits) < 2**31 else None
