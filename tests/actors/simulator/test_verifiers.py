"""The table of what verifiers say, and the addresses that follow it."""

from collections import Counter

import pytest

from actors.simulator.company import Mail
from actors.simulator.mailbox import Verdict, shared_addresses, verdict
from actors.simulator.verifiers import RIGHT, TRUTH, Kind, is_right, kind, said


@pytest.fixture(scope="module")
def addresses(world):
    """Addresses of every kind, each with what is true of it."""
    found = {}
    for company in world.companies:
        emails = [person.email for person in world.people(company)]
        for email in [*emails, *shared_addresses(company.domain), f"no.body@{company.domain}"]:
            found[email] = kind(world, email)
    found |= {email: kind(world, email) for email in (f"a{n}@mailinator.com" for n in range(500))}
    found |= {email: kind(world, email) for email in (f"not {n}" for n in range(100))}
    return found


@pytest.mark.parametrize("vendor", TRUTH)
def test_each_vendor_says_of_each_kind_what_the_table_says(vendor, world, addresses):
    assert set(TRUTH[vendor]) == set(RIGHT[vendor]) == set(Kind)
    for truth, sayings in TRUTH[vendor].items():
        assert sum(saying.share for saying in sayings) == pytest.approx(1)
        of = [email for email, one in addresses.items() if one is truth]
        assert len(of) > 20
        counted = Counter(said(vendor, world, email) for email in of)
        assert set(counted) <= set(sayings)
        for saying in sayings:
            # four standard deviations of so many draws
            spread = 4 * (saying.share * (1 - saying.share) / len(of)) ** 0.5
            assert abs(counted[saying] / len(of) - saying.share) <= spread + 1 / len(of)


@pytest.mark.parametrize("vendor", TRUTH)
def test_no_vendor_is_perfect_and_each_is_good(vendor):
    for truth, sayings in TRUTH[vendor].items():
        right = sum(saying.share for saying in sayings if is_right(vendor, truth, saying))
        if truth is Kind.MALFORMED:
            assert right == 1
        else:
            assert right < 1
            assert right >= 0.8 or (vendor, truth) == ("neverbounce", Kind.TRAP)


def test_the_truth_is_hunters_but_for_those_who_objected(world, addresses):
    alike = {
        Verdict.VALID: {Kind.PERSON, Kind.SHARED},
        Verdict.INVALID: {Kind.NOBODY, Kind.TRAP, Kind.NO_MAIL},
        Verdict.ACCEPT_ALL: {Kind.ACCEPT_ALL},
        Verdict.UNKNOWN: {Kind.UNANSWERED},
        Verdict.DISPOSABLE: {Kind.DISPOSABLE},
        Verdict.OBJECTED: set(Kind) - {Kind.DISPOSABLE, Kind.MALFORMED, Kind.SHARED},
    }
    for email, truth in addresses.items():
        if truth is not Kind.MALFORMED:
            assert truth in alike[verdict(world, email)]


def test_traps_are_mailboxes_that_somebody_has_left(world, addresses):
    left = {one.email for company in world.companies for one in world.people(company) if one.email_is_stale}
    traps = {email for email, truth in addresses.items() if truth is Kind.TRAP}
    assert traps
    assert traps < left


def test_domains_without_mail_and_public_mailboxes(world):
    closed = next(one for one in world.companies if one.mail is Mail.NULL_MX)
    assert kind(world, f"info@{closed.domain}") is Kind.NO_MAIL
    public = Counter(kind(world, f"ann{number}@gmail.com") for number in range(500))
    assert set(public) == {Kind.PERSON, Kind.NOBODY}
    assert public[Kind.PERSON] > 2 * public[Kind.NOBODY]
