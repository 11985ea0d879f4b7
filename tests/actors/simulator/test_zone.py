import pytest

from actors.simulator.company import Mail
from actors.simulator.zone import MX, NOERROR, NXDOMAIN, SERVFAIL, TXT, A, Zone, encode_name


@pytest.fixture
def zone(world):
    return Zone(world)


def domain_with(world, mail):
    return next(company.domain for company in world.companies if company.mail is mail)


def test_names_are_labels_with_their_lengths():
    assert encode_name("a.bc") == b"\x01a\x02bc\x00"
    assert encode_name("") == b"\x00"


@pytest.mark.parametrize(
    ("mail", "code", "exchangers"),
    [
        (Mail.EXCHANGERS, NOERROR, 2),
        (Mail.HOSTED, NOERROR, 2),
        (Mail.NULL_MX, NOERROR, 1),
        (Mail.ADDRESS_ONLY, NOERROR, 0),
        (Mail.NXDOMAIN, NXDOMAIN, 0),
        (Mail.SERVFAIL, SERVFAIL, 0),
    ],
)
def test_each_kind_of_mail_has_its_answer(zone, world, mail, code, exchangers):
    reply = zone.reply(domain_with(world, mail), MX)
    assert (reply.code, reply.answers) == (code, exchangers)
    assert reply.authorities == (1 if not exchangers and code != SERVFAIL else 0)


def test_addresses_and_policies_exist_where_the_domain_does(zone, world):
    domain = domain_with(world, Mail.ADDRESS_ONLY)
    assert zone.reply(domain, A).answers == 1
    assert zone.reply(f"mx1.{domain}", A).answers == 1
    assert b"v=spf1" in zone.reply(domain, TXT).records
    assert b"v=DMARC1" in zone.reply(f"_dmarc.{domain}", TXT).records
    assert zone.reply(f"_dmarc.{domain}", A).answers == 0


def test_nonsense_does_not_exist(zone):
    assert zone.reply("localhost", A).code == NXDOMAIN
