import asyncio
import csv
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.agents.lead_source import PAGE_SIZE, lead_source, read_account
from actors.core.errors import NotConnected
from actors.core.outcome import Done
from actors.core.questions import Answer, CompanyFacts, CompanyPage, FindCompanies
from actors.events.source import SourceRequested
from tenants.companies import registrable_domain
from tenants.identity import review_id_of
from tenants.names import normal_name
from tenants.policies import read_config
from tenants.records import (
    Account,
    AccountIdentifier,
    AccountReview,
    Finding,
    Lead,
    SourceRejection,
    SourceTally,
)
from tenants.slices import Slice
from tests.fakes.context import FakeContext

REQUEST = uuid4()
TENANT = UUID(int=1)


def request(*rows, **fields):
    return SourceRequested(**{"request_id": REQUEST, "part": 0, "source": "list.csv", "rows": rows} | fields)


async def source(*rows, known=(), namesakes=(), leads=None, icp=None, excluded=None, **fields):
    ctx = FakeContext(
        known=known,
        namesakes=namesakes,
        leads=leads,
        excluded=excluded,
        config=read_config({"icp": icp or {}}),
        config_version=7,
    )
    outcome = await lead_source.work(request(*rows, **fields), ctx)
    assert isinstance(outcome, Done)
    return outcome


def of_kind(kind, records):
    return [record for record in records if type(record) is kind]


def counts(outcome):
    """What the run ledger shows, without the profile that the run went by."""
    return {name: value for name, value in outcome.output.items() if name != "icp"}


def tally_of(outcome):
    (tally,) = of_kind(SourceTally, outcome.save)
    return tally


async def test_each_row_becomes_an_account_a_lead_and_an_event():
    outcome = await source(
        {"name": "Acme", "website": "https://www.acme.com/", "country": "Germany", "employees": "1,200"},
        {"name": "Nameless", "industry": "Steel"},
    )
    accounts, leads = of_kind(Account, outcome.new), of_kind(Lead, outcome.new)
    assert [(one.name, one.domain, one.country, one.industry, one.employees) for one in accounts] == [
        ("Acme", "acme.com", "DE", None, 1200),
        ("Nameless", None, None, "Steel", None),
    ]
    assert [lead.account_id for lead in leads] == [account.id for account in accounts]
    assert {(lead.source, lead.icp_version) for lead in leads} == {("list.csv", 7)}
    assert [(said.lead_id, said.account_id, said.account.name) for said in outcome.say] == [
        (lead.id, account.id, account.name) for lead, account in zip(leads, accounts, strict=True)
    ]
    assert outcome.say[0].account.employees == 1200
    assert counts(outcome) == {"read": 2, "sourced": 2, "duplicates": 0, "rejected": {}}


async def test_the_same_list_brings_the_same_leads_again():
    first, second = [await source({"name": "Acme"}, {"domain": "rival.com"}) for _ in range(2)]
    assert [one.id for one in first.new] == [one.id for one in second.new]
    assert len({one.id for one in first.new}) == 4


async def test_whom_the_tenant_leaves_alone_is_rejected_for_its_reason_and_keeps_its_row():
    outcome = await source(
        {"name": "Fine", "website": "fine.com"},
        {"name": "Acme", "website": "https://www.acme.com"},
        {"name": "RIVAL Ltd", "website": "rival.com"},
        {"name": "Known", "website": "known.com"},
        {"name": "Acme once more", "website": "acme.com"},
        known={"domain:known.com"},
        excluded={"acme.com": "customer", "rival": "open deal", "known.com": "customer"},
    )
    assert [one.name for one in of_kind(Account, outcome.new)] == ["Fine"]
    assert len(outcome.say) == 1
    told = [(one.row_number, one.reason, one.row["name"]) for one in of_kind(SourceRejection, outcome.save)]
    assert told == [(2, "customer", "Acme"), (3, "open deal", "RIVAL Ltd")]
    tally = tally_of(outcome)
    assert (tally.read, tally.sourced, tally.duplicates, tally.rejected) == (
        5,
        1,
        2,
        {"customer": 1, "open deal": 1},
    )


async def test_a_company_that_is_in_the_list_twice_or_known_already_is_a_duplicate():
    outcome = await source(
        {"name": "Acme", "website": "acme.com"},
        {"name": "ACME GmbH", "website": "https://shop.acme.com/cart"},
        {"name": "Rival Inc", "country": "US"},
        {"name": "rival", "country": "USA"},
        {"name": "Rival", "country": "DE"},
        {"name": "Known", "website": "known.com"},
        known={"domain:known.com"},
    )
    assert [one.name for one in of_kind(Account, outcome.new)] == ["Acme", "Rival Inc", "Rival"]
    assert len(of_kind(Lead, outcome.new)) == len(outcome.say) == 3
    assert counts(outcome) == {"read": 6, "sourced": 3, "duplicates": 3, "rejected": {}}


def known_account(**facts):
    return Account(
        **{"id": uuid4(), "identity_key": f"name:{uuid4()}|", "name": "Harbour", "source": "t"} | facts
    )


def pairs(outcome):
    return [(one.account_id, one.other_id) for one in of_kind(AccountReview, outcome.save)]


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"name": "Harbour AG", "website": "harbour.com", "country": "DE"}, {"country": "DE"}),
        ({"name": "HARBOUR", "country": "DE"}, {"country": "DE", "domain": "harbour.com"}),
        (
            {"name": "Harbour", "website": "a.com", "country": "DE"},
            {"country": "DE", "domain": "b.com"},
        ),
        ({"name": "Harbour", "website": "a.com"}, {}),
    ],
    ids=["it had no domain", "it has none", "two domains", "no country is known"],
)
async def test_a_company_that_is_called_like_another_comes_in_and_is_asked_about(row, known):
    outcome = await source(row, namesakes=[other := known_account(**known)])
    (account,) = of_kind(Account, outcome.new)
    (review,) = of_kind(AccountReview, outcome.save)
    assert (review.account_id, review.other_id) == (account.id, other.id)
    assert review.id == review_id_of(TENANT, other.id, account.id)
    assert 0.7 <= review.score < 0.95
    assert review.evidence[0] == "both: harbour"
    assert tally_of(outcome).sourced == len(of_kind(Lead, outcome.new)) == len(outcome.say) == 1


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"name": "Harbour", "country": "FR"}, {"country": "DE", "domain": "b.com"}),
        ({"name": "Harbour", "website": "a.com"}, {"country": "DE", "domain": "b.com"}),
        ({"name": "Harbour Mill", "website": "a.com"}, {}),
    ],
    ids=["another country", "another domain and no country", "another name"],
)
async def test_a_company_that_is_clearly_another_is_not_asked_about(row, known):
    outcome = await source(row, namesakes=[known_account(**known)])
    assert len(of_kind(Account, outcome.new)) == 1
    assert pairs(outcome) == []


async def test_what_is_at_the_domain_of_a_known_account_is_a_duplicate_whatever_its_key():
    """Such as an account without a domain that a person has told the domain of since."""
    known = known_account(
        name="Harbour Textiles", domain="harbour.com", identity_key="name:harbour textiles|DE"
    )
    outcome = await source({"name": "Harbour", "website": "https://www.harbour.com"}, namesakes=[known])
    assert (outcome.new, outcome.say, pairs(outcome)) == ((), (), [])
    assert counts(outcome) == {"read": 1, "sourced": 0, "duplicates": 1, "rejected": {}}


async def test_two_new_companies_of_one_name_are_asked_about_too():
    outcome = await source(
        {"name": "Harbour", "website": "a.com", "country": "DE"},
        {"name": "Harbour GmbH", "website": "b.com", "country": "DE"},
    )
    first, second = of_kind(Account, outcome.new)
    assert pairs(outcome) == [(second.id, first.id)]


async def test_of_many_of_one_name_the_likeliest_are_asked_about():
    many = [known_account(country="DE", domain=f"{n}.com") for n in range(9)]
    near = known_account(country="DE")
    outcome = await source({"name": "Harbour", "website": "a.com", "country": "DE"}, namesakes=[*many, near])
    asked = pairs(outcome)
    assert len(asked) == 3
    assert asked[0][1] == near.id


async def test_of_what_is_known_already_nobody_is_asked():
    known = known_account(country="DE")
    outcome = await source(
        {"name": "Harbour", "website": "a.com", "country": "DE"},
        known={"domain:a.com"},
        namesakes=[known],
    )
    assert pairs(outcome) == []


@pytest.mark.dataset
async def test_of_a_real_list_only_what_is_at_one_domain_is_a_duplicate(dataset):
    """Truth: two companies are one where they have one domain. All 3,058 come in but for those; nothing is lost."""
    with dataset("companies/yc.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    outcome = await source(*rows)
    domains = [domain for row in rows if (domain := registrable_domain(row["website"])) is not None]
    again = len(domains) - len(set(domains))
    assert counts(outcome) == {
        "read": len(rows),
        "sourced": len(rows) - again,
        "duplicates": again,
        "rejected": {},
    }
    accounts = {one.id: one for one in of_kind(Account, outcome.new)}
    asked = pairs(outcome)
    assert asked
    for one, other in asked:
        assert normal_name(accounts[one].name) == normal_name(accounts[other].name)
        assert accounts[one].country == accounts[other].country
    # so few that people can look at them
    assert len(asked) < len(rows) / 100, f"{len(asked)} pairs"


async def test_a_row_that_is_no_lead_is_rejected_with_its_number_its_reason_and_itself():
    nobody, too_small = {"city": "Köln", "name": " "}, {"name": "Tiny", "employees": 3}
    outcome = await source(
        {"name": "Acme"},
        nobody,
        too_small,
        {"name": "Rival", "country": "FR"},
        {"name": "Foe", "country": "FR"},
        icp={"employees_min": 10, "countries": ["DE"]},
        first_row=201,
    )
    rejections = of_kind(SourceRejection, outcome.save)
    assert [(one.row_number, one.reason) for one in rejections] == [
        (202, "neither name nor website"),
        (203, "too few employees"),
        (204, "country outside the ideal customer profile"),
        (205, "country outside the ideal customer profile"),
    ]
    assert [dict(one.row) for one in rejections[:2]] == [nobody, too_small]
    assert {one.request_id for one in rejections} == {REQUEST}
    assert tally_of(outcome).rejected == {
        "neither name nor website": 1,
        "too few employees": 1,
        "country outside the ideal customer profile": 2,
    }


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({"Company Name": "Acme", "URL": "acme.com"}, {"name": "Acme", "domain": "acme.com"}),
        ({" ORGANIZATION ": " Acme \n"}, {"name": "Acme"}),
        ({"homepage": "www.acme.co.uk"}, {"name": "acme.co.uk", "domain": "acme.co.uk"}),
        ({"name": "", "company": "Acme"}, {"name": "Acme"}),
        ({"name": "Acme", "company": "Other"}, {"name": "Acme"}),
        ({"name": "Acme", "all_locations": "Berlin, Germany; Remote"}, {"country": "DE"}),
        ({"name": "Acme", "hq": "nowhere"}, {"country": None}),
        ({"name": "Acme", "sector": "Steel"}, {"industry": "Steel"}),
        ({"name": "Acme", "one_liner": "We do"}, {"description": "We do"}),
        ({"name": "Acme", "website": "linkedin.com/company/acme"}, {"domain": None}),
        ({"name": "Acme", "website": None, "country": None}, {"domain": None, "country": None}),
        ({"name": "Acme", "size": "11-50"}, {"employees": 11}),
        ({"name": "Acme", "team_size": 12}, {"employees": 12}),
        ({"name": "Acme", "team_size": 12.0}, {"employees": 12}),
        ({"name": "Acme", "employees": "10,001+"}, {"employees": 10001}),
        ({"name": "Acme", "employees": "many"}, {"employees": None}),
        ({"name": "Acme", "employees": "-5"}, {"employees": None}),
        ({"name": "Acme", "employees": "9" * 30}, {"employees": None}),
        ({"name": "Acme", "employees": "²"}, {"employees": None}),
        ({"name": "Acme", "founded": "1999-04-01"}, {"founded_year": 1999}),
        ({"name": 3}, {"name": "3"}),
    ],
)
def test_what_lists_call_things_is_understood(row, fields):
    account, reason = read_account(row, source="list.csv", tenant_id=TENANT)
    assert reason is None
    assert account.model_dump().items() >= fields.items()


@pytest.mark.parametrize("row", [{}, {"name": "  "}, {"city": "Köln"}, {"website": "n/a"}, {"name": None}])
def test_a_row_without_name_and_website_is_no_company(row):
    assert read_account(row, source="list.csv", tenant_id=TENANT) == (None, "neither name nor website")


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Ac\0me"},
        {"name": "Acme", "description": "We \0 do"},
        {"name": "Acme", "industry": "\0"},
        {"name": "x" * 20_000},
    ],
    ids=["NUL in a name", "NUL in a description", "NUL for an industry", "endless name"],
)
def test_nothing_leaves_that_no_database_can_keep(row):
    # one row that can't be committed would hold up the whole lane, again and again
    account, reason = read_account(row, source="list.csv", tenant_id=TENANT)
    if account is None:
        assert reason
    else:
        assert "\0" not in account.model_dump_json().replace("\\u0000", "\0")
        assert len(account.identity_key.encode()) < 2_700  # the longest key that an index of PostgreSQL takes


def test_a_list_within_a_field_is_no_name():
    account, _ = read_account(
        {"name": ["Acme", "Rival"], "website": "acme.com"}, source="s", tenant_id=TENANT
    )
    assert account is None or "[" not in account.name


CELLS = st.sampled_from(
    ["", "Acme", "ACME inc", "Rival", "acme.com", "https://rival.co.uk/x", "DE", "France", "7"]
)
ROWS = st.dictionaries(
    st.sampled_from(["name", "website", "country", "employees", "Industry", "x"]), CELLS | st.text(max_size=8)
)


@given(st.lists(ROWS, max_size=12), st.booleans())
def test_every_row_is_sourced_a_duplicate_or_rejected(rows, strict):
    icp = {"countries": ["DE"], "employees_min": 5} if strict else {}
    outcome = asyncio.run(source(*rows, known={"domain:acme.com"}, icp=icp))
    tally = tally_of(outcome)
    assert tally.read == len(rows) == tally.sourced + tally.duplicates + sum(tally.rejected.values())
    assert tally.sourced == len(of_kind(Account, outcome.new)) == len(outcome.say)
    assert sum(tally.rejected.values()) == len(of_kind(SourceRejection, outcome.save))
    keys = [one.identity_key for one in of_kind(Account, outcome.new)]
    assert len(keys) == len(set(keys))


async def search(answer, **fields):
    ctx = FakeContext({FindCompanies: answer}, config=read_config({"icp": {"countries": ["DE"]}}))
    event = request(**{"rows": None, "source": "apollo", "page": 3, "limit": 2} | fields)
    return ctx, await lead_source.work(event, ctx)


async def test_a_search_asks_for_its_page_and_takes_no_more_than_was_wanted():
    companies = tuple(CompanyFacts(name=name, domain=f"{name}.com", country="DE") for name in ("a", "b", "c"))
    ctx, outcome = await search(CompanyPage(companies=companies, total=300))
    assert [(one.page, one.per_page, one.icp.countries) for one in ctx.asked] == [(3, PAGE_SIZE, ("DE",))]
    assert ctx.asked_of == ["apollo"]  # and not of whoever comes first in the tenant's order
    assert [one.domain for one in of_kind(Account, outcome.new)] == ["a.com", "b.com"]
    assert counts(outcome) == {"read": 2, "sourced": 2, "duplicates": 0, "rejected": {}}


async def test_what_a_search_tells_of_a_company_is_kept():
    facts = CompanyFacts(
        name="Acme",
        domain="acme.com",
        industry="Steel",
        country="DE",
        employees=70,
        founded_year=1999,
        description="We do",
    )
    _, outcome = await search(CompanyPage(companies=(facts,), total=1))
    (account,) = of_kind(Account, outcome.new)
    assert account.model_dump().items() >= facts.model_dump(exclude_none=True).items()


async def test_what_a_search_cost_is_shared_by_what_it_told_of_companies_that_are_new():
    companies = tuple(
        CompanyFacts(name=name, domain=f"{name}.com", country="DE", city="Bonn", revenue_usd=1e6)
        for name in ("a", "b", "known")
    )
    answer = Answer(
        provider="apollo",
        content=CompanyPage(companies=companies, total=3),
        cost_usd=Decimal("0.05"),
        evidence="page 3",
    )
    ctx = FakeContext({FindCompanies: answer}, known=["domain:known.com"])
    outcome = await lead_source.work(request(rows=None, source="apollo", page=3), ctx)
    accounts = of_kind(Account, outcome.new)
    findings = of_kind(Finding, outcome.save)
    assert {one.subject_id for one in findings} == {one.id for one in accounts}
    assert {(one.field, one.value) for one in findings if one.subject_id == accounts[0].id} == {
        ("name", "a"),
        ("domain", "a.com"),
        ("country", "DE"),
        ("city", "Bonn"),
        ("revenue_usd", 1e6),
    }
    assert all((one.provider, one.evidence, one.is_current) == ("apollo", "page 3", True) for one in findings)
    assert sum(one.cost_usd for one in findings) == Decimal("0.05")
    assert (accounts[0].city, accounts[0].revenue_usd) == ("Bonn", 1e6)


async def test_what_a_search_tells_that_only_one_company_has_is_kept_of_those_that_are_new():
    numbers = {"a": "529900T8BM49AURSDO55", "known": "529900T8BM49AURSDO99", "b": "no LEI"}
    companies = tuple(CompanyFacts(name=name, domain=f"{name}.com", lei=lei) for name, lei in numbers.items())
    page = Answer(
        provider="gleif",
        content=CompanyPage(companies=companies, total=3),
        cost_usd=Decimal(0),
        evidence="page 3",
    )
    ctx = FakeContext({FindCompanies: page}, known=["domain:known.com"])
    outcome = await lead_source.work(request(rows=None, source="gleif", page=3), ctx)
    (one,) = of_kind(AccountIdentifier, outcome.save)
    assert one.account_id == of_kind(Account, outcome.new)[0].id
    assert (one.kind, one.value, one.source, one.evidence) == ("lei", numbers["a"], "gleif", "page 3")
    listed = await source({"name": "a", "domain": "a.com", "lei": numbers["a"]})
    assert of_kind(AccountIdentifier, listed.save) == []


async def test_a_page_that_brought_nothing_new_was_paid_for_all_the_same():
    company = CompanyFacts(name="known", domain="known.com")
    page = CompanyPage(companies=(company,), total=1)
    answer = Answer(provider="apollo", content=page, cost_usd=Decimal("0.05"), evidence="page 3")
    ctx = FakeContext({FindCompanies: answer}, known=["domain:known.com"])
    event = request(rows=None, source="apollo", page=3)
    (paid,) = of_kind(Finding, (await lead_source.work(event, ctx)).save)
    assert (paid.subject_id, paid.field, paid.cost_usd) == (event.request_id, "nothing", Decimal("0.05"))


async def test_a_search_that_finds_nothing_is_done_with_nothing():
    for answer in (None, CompanyPage(companies=(), total=0)):
        _, outcome = await search(answer)
        assert (outcome.new, outcome.say) == ((), ())
        assert counts(outcome) == {"read": 0, "sourced": 0, "duplicates": 0, "rejected": {}}


async def test_a_search_without_a_provider_is_an_error_and_not_an_empty_answer():
    with pytest.raises(NotConnected):
        await search(NotConnected())


async def test_a_lead_of_others_keeps_the_id_that_they_gave_it():
    theirs = uuid4()
    outcome = await source({"name": "Acme", "domain": "acme.com"}, as_lead=theirs)
    (lead,), (account,) = of_kind(Lead, outcome.new), of_kind(Account, outcome.new)
    assert (lead.id, lead.account_id) == (theirs, account.id)
    assert [(said.lead_id, said.account_id) for said in outcome.say] == [(theirs, account.id)]
    ours = await source({"name": "Acme", "domain": "acme.com"})
    assert of_kind(Account, ours.new) == [account]  # whatever they call it, it is the same company


async def test_an_id_that_others_gave_to_two_companies_stays_with_the_first():
    theirs = uuid4()
    (first,) = of_kind(Account, (await source({"name": "First"}, as_lead=theirs)).new)
    outcome = await source({"name": "Second"}, as_lead=theirs, leads={theirs: first})
    assert (outcome.new, outcome.say) == ((), ())
    assert counts(outcome) == {"read": 1, "sourced": 0, "duplicates": 1, "rejected": {}}


@pytest.mark.parametrize("rows", [None, (), ({"name": "First"}, {"name": "Second"})])
def test_the_id_of_a_lead_is_not_given_to_several_rows_nor_to_none(rows):
    with pytest.raises(ValueError, match="as_lead needs exactly one row"):
        SourceRequested(request_id=REQUEST, part=0, source="crm", rows=rows, as_lead=uuid4())


async def test_the_run_ledger_shows_by_which_profile_a_run_went():
    one, same, other = [
        (await source({"name": "Acme"}, icp={"countries": countries})).output["icp"]
        for countries in (["DE", "FR"], ["fr", "DE"], ["DE"])
    ]
    assert one == same != other


async def test_a_slice_of_the_ideal_customer_is_asked_of_the_provider_that_was_named_and_of_no_other():
    config = read_config(
        {"icp": {"countries": ["DE", "FR"], "industries": ["software"], "employees_max": 90}}
    )
    page = CompanyPage(companies=(CompanyFacts(name="Acme", country="DE"),), total=12_345)
    ctx = FakeContext({FindCompanies: page}, config=config)
    wanted = Slice(countries=("FR",), employees_max=10)
    event = request(rows=None, source="apollo", page=3, per_page=25, limit=25, slice=wanted)
    outcome = await lead_source.work(event, ctx)
    (question,) = ctx.asked
    assert (question.page, question.per_page) == (3, 25)
    assert question.icp == config.icp.model_copy(update={"countries": ("FR",), "employees_max": 10})
    assert ctx.asked_of == ["apollo"]
    # what is sourced is held against the whole profile: that a provider calls it another slice is no fault
    assert (tally_of(outcome).sourced, tally_of(outcome).total) == (1, 12_345)
