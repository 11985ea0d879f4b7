"""The value of information: bought is what could change the tier, and nothing else."""

from uuid import UUID, uuid4

import pytest

from actors.core.value import Trial, as_known, deciding_for
from scoring_models.schema import Score, ScoreRequest
from tenants.icp import IdealCustomer, Persona
from tenants.records import Account

LEAD = ScoreRequest(lead_id=UUID(int=7), country="DE")
FIELDS = ["employees", "industry", "revenue_usd", "technologies", "description"]


def judged(trial, tier_of):
    """The decisive fields, where this function gives the tier of a lead."""
    scores = {
        one: Score(
            lead_id=one.lead_id, fit=0.5, intent=0.0, score=50, tier=tier_of(one), model="m", reasons=()
        )
        for one in trial.requests
    }
    return trial.decisive(scores)


def trial(lead=LEAD, missing=FIELDS, icp=None, persona=None):
    return Trial(lead, missing, icp or IdealCustomer(), persona or Persona())


def by_size(one):
    return "A" if (one.employees or 0) > 100 else "D"


def test_what_never_changes_the_tier_is_not_bought():
    assert judged(trial(), lambda one: "B") == set()


def test_only_the_field_that_changes_the_tier_is_bought():
    assert judged(trial(), by_size) == {"employees"}


def test_a_field_that_is_known_is_not_bought_whatever_it_could_change():
    known = LEAD.model_copy(update={"employees": 500})
    assert judged(trial(known, ["industry", "revenue_usd"]), by_size) == set()


def test_fields_that_change_the_tier_only_together_are_bought_together():
    def by_both(one):
        # either of them is enough, so that none is missed where the other is known
        return "C" if one.employees is None and one.revenue_usd is None else "A"

    assert judged(trial(missing=["employees", "revenue_usd"]), by_both) == {"employees", "revenue_usd"}


def test_a_field_that_changes_the_tier_in_one_draw_is_not_worth_its_price():
    drawn = trial()
    seldom = drawn._draws[0][None]
    assert judged(drawn, lambda one: "C" if one == seldom else "D") == set()


def test_to_mistake_an_a_counts_for_more_than_to_mistake_a_c():
    drawn = trial(missing=["employees"])
    sizes = sorted({one.employees for one in drawn.requests if one.employees is not None})

    def largest(tier):
        return lambda one: tier if one.employees == sizes[-1] else "D"

    assert judged(drawn, largest("A")) == {"employees"}
    assert judged(drawn, largest("C")) == set()


def test_the_same_lead_is_tried_in_the_same_way_each_time_and_another_in_another():
    assert trial().requests == trial().requests
    other = trial(LEAD.model_copy(update={"lead_id": uuid4()}))
    strip = [one.model_copy(update={"lead_id": LEAD.lead_id}) for one in other.requests]
    assert strip != trial().requests


def test_what_is_known_stays_and_what_no_model_looks_at_is_not_tried():
    assert {one.country for one in trial().requests} == {"DE"}
    assert trial(missing=["description", "city"]).requests == []
    assert judged(trial(missing=["description"]), by_size) == set()


def test_the_contact_is_one_whom_the_tenant_looks_for():
    wanted = Persona(seniorities=("owner",), departments=("legal",))
    requests = trial(persona=wanted).requests
    assert {(one.seniority, one.department, one.email_status) for one in requests} == {
        ("owner", "legal", "deliverable")
    }


@pytest.mark.parametrize(
    ("icp", "deciding"),
    [
        (IdealCustomer(), set()),
        (IdealCustomer(industries=("steel",)), {"industry"}),
        (IdealCustomer(employees_max=10), {"employees"}),
        (IdealCustomer(countries=("DE",)), set()),  # known already, or not wanted
        (IdealCustomer(cities=("Ulm",)), {"city"}),
        (
            IdealCustomer(technologies=("C",), open_jobs_min=1, founded_from=1999),
            {"technologies", "open_jobs"},
        ),
        (IdealCustomer(funding_usd_max=1), {"funding_usd"}),
    ],
)
def test_what_the_ideal_customer_goes_by_decides_whether_or_not_a_model_looks_at_it(icp, deciding):
    missing = ["industry", "employees", "city", "technologies", "open_jobs", "funding_usd"]
    assert deciding_for(icp, missing) == deciding


def test_a_company_is_asked_about_as_it_is_known():
    account = Account(
        id=uuid4(),
        identity_key="k",
        name="Acme",
        source="list",
        technologies=("A", "B"),
        employees=7,
        industry="Steel",
    )
    assert as_known(account, LEAD.lead_id) == ScoreRequest(
        lead_id=LEAD.lead_id, technology_count=2, employees=7, industry="Steel"
    )
