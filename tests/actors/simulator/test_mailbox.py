import pytest

from actors.simulator.company import Mail
from actors.simulator.mailbox import Verdict, shared_addresses, verdict


def addresses(world, *mail, accept_all=False):
    """People who did not object, at companies with that kind of mail."""
    for company in world.companies:
        if company.mail in mail and company.accept_all == accept_all:
            for person in world.people(company):
                if not person.objected:
                    yield company, person


@pytest.mark.parametrize(
    ("email", "found"), [("anna@gmail.com", Verdict.WEBMAIL), ("anna@yopmail.com", Verdict.DISPOSABLE)]
)
def test_mail_services_are_recognised(world, email, found):
    assert verdict(world, email) is found


def test_living_addresses_are_valid_and_stale_ones_invalid(world):
    for _, person in addresses(world, Mail.EXCHANGERS, Mail.HOSTED, Mail.ADDRESS_ONLY):
        found = verdict(world, person.email)
        assert found in {Verdict.UNKNOWN, Verdict.INVALID if person.email_is_stale else Verdict.VALID}


def test_companies_that_accept_all_say_nothing_of_a_person(world):
    found = {verdict(world, person.email) for _, person in addresses(world, Mail.HOSTED, accept_all=True)}
    assert found == {Verdict.ACCEPT_ALL, Verdict.UNKNOWN}


def test_domains_without_mail_have_no_valid_address(world):
    found = {verdict(world, person.email) for _, person in addresses(world, Mail.NULL_MX, Mail.NXDOMAIN)}
    assert found == {Verdict.INVALID}


def test_domains_whose_dns_fails_are_unknown(world):
    found = {verdict(world, person.email) for _, person in addresses(world, Mail.SERVFAIL)}
    assert found == {Verdict.UNKNOWN}


def test_a_guessed_address_is_invalid_and_a_shared_one_valid(world):
    company = next(c for c in world.companies if c.mail is Mail.HOSTED and not c.accept_all)
    assert verdict(world, f"no.body@{company.domain}") in {Verdict.INVALID, Verdict.UNKNOWN}
    for address in shared_addresses(company.domain):
        assert verdict(world, address) in {Verdict.VALID, Verdict.UNKNOWN}


def test_people_who_objected_are_told_apart(world):
    person = next(p for c in world.companies for p in world.people(c) if p.objected)
    assert verdict(world, person.email) is Verdict.OBJECTED
