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


def texts(zone, company):
    """The texts of a company's domain, each in one piece."""
    reply = zone.reply(company.domain, TXT)
    records, found = reply.records, []
    for _ in range(reply.answers):
        length = int.from_bytes(records[10:12])
        data, text = records[12 : 12 + length], b""
        while data:
            text, data = text + data[1 : 1 + data[0]], data[1 + data[0] :]
        found.append(text.decode())
        records = records[12 + length :]
    return found


def users_of(world, technology, mail=Mail.EXCHANGERS):
    return [c for c in world.companies if technology in c.technologies and c.mail is mail]


def test_what_a_company_uses_leaves_its_mark_in_the_texts(zone, world):
    salesforce, slack = users_of(world, "Salesforce"), users_of(world, "Slack")
    assert salesforce
    assert slack
    for company in salesforce:
        assert " include:_spf.salesforce.com " in texts(zone, company)[0]
    for company in slack:
        assert any(text.startswith("slack-domain-verification=") for text in texts(zone, company))
    for company in world.companies:
        if not {"Salesforce", "Slack"} & set(company.technologies):
            assert "salesforce" not in "".join(texts(zone, company))
            assert "slack" not in "".join(texts(zone, company))


def test_a_domain_that_sends_no_mail_still_proves_what_it_is(zone, world):
    company = next(c for c in users_of(world, "Zoom", Mail.NULL_MX) + users_of(world, "Slack", Mail.NULL_MX))
    policy, *proofs = texts(zone, company)
    assert policy == "v=spf1 -all"
    assert proofs


def test_who_uses_the_office_of_microsoft_has_its_mail_there(zone, world):
    for company in users_of(world, "Microsoft Office 365", Mail.HOSTED):
        reply = zone.reply(company.domain, MX)
        host = f"{company.domain.replace('.', '-')}.mail.protection.outlook.com"
        assert encode_name(host) in reply.records
        assert zone.reply(host, A).answers == 1
