import json

import pytest

from actors.simulator import hunter_records
from actors.simulator.mailbox import Verdict
from actors.simulator.vendor import Params


def recorded(providers, name):
    return json.loads((providers / "hunter" / "examples" / f"hunter-{name}-example.json").read_text())[
        "response"
    ]


@pytest.mark.dataset
def test_shapes_hold_the_fields_that_the_vendor_has(providers, world):
    company = world.companies[0]
    search, finder = recorded(providers, "domain-search")["data"], recorded(providers, "email-finder")["data"]
    ours = hunter_records.domain(company, None, hunter_records.emails(world, company))
    assert ours.keys() >= search.keys()
    assert ours["emails"][0].keys() >= search["emails"][0].keys()
    found = hunter_records.finding(world, company, world.people(company)[0], Params())
    assert found.keys() == finder.keys()
    verified = recorded(providers, "email-verifier")["data"]
    assert hunter_records.verification(world, "a@b.com", Verdict.VALID).keys() == verified.keys()


def test_an_unknown_domain_is_all_nulls():
    shown = hunter_records.domain(None, "x.com", [])
    assert (shown["domain"], shown["pattern"], shown["organization"], shown["emails"]) == (
        "x.com",
        None,
        None,
        [],
    )


def test_only_those_hunter_knows_and_who_did_not_object_are_listed(world):
    for company in world.companies[:200]:
        listed = {
            email["value"] for email in hunter_records.emails(world, company) if email["type"] == "personal"
        }
        people = world.people(company)
        assert listed == {p.email for p in people if p.hunter_knows_email and not p.objected}


def test_remembered_verifications_agree_with_the_verifier(world):
    emails = [email for company in world.companies[:200] for email in hunter_records.emails(world, company)]
    statuses = {email["verification"]["status"] for email in emails}
    assert {"valid", "invalid", "accept_all", None} <= statuses


@pytest.mark.parametrize("found", [verdict for verdict in Verdict if verdict is not Verdict.OBJECTED])
def test_status_and_flags_agree(world, found):
    shown = hunter_records.verification(world, "a@b.com", found)
    assert shown["status"] == found.value
    assert shown["result"] in {"deliverable", "undeliverable", "risky"}
    assert shown["accept_all"] == (found is Verdict.ACCEPT_ALL)
    assert shown["webmail"] == (found is Verdict.WEBMAIL)
    assert 0 <= shown["score"] <= 100
