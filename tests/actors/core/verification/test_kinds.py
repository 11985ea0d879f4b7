import csv
import json

import pytest

from actors.core.verification import kinds
from actors.core.verification.address import Address
from actors.core.verification.free_mail import FREE_MAIL, LARGEST
from actors.core.verification.kinds import Kind, is_disposable, is_free_mail, is_role, kind_of
from actors.core.verification.role_names import BESIDE, ROLES


@pytest.mark.parametrize(
    ("local", "domain", "kind"),
    [
        ("pat.doe", "acme.example", Kind.BUSINESS),
        ("info", "acme.example", Kind.ROLE),
        ("pat.doe", "gmail.com", Kind.FREE),
        ("info", "gmail.com", Kind.FREE),
        ("pat.doe", "mailinator.com", Kind.DISPOSABLE),
        ("info", "mailinator.com", Kind.DISPOSABLE),
        ("pat.doe", "box.mailinator.com", Kind.DISPOSABLE),
        ("pat.doe", "mail.yahoo.co.uk", Kind.FREE),
        ("pat.doe", "notgmail.com", Kind.BUSINESS),
        ("pat.doe", "gmail.com.acme.example", Kind.BUSINESS),
    ],
)
def test_the_first_kind_that_it_is_counts(local, domain, kind):
    assert kind_of(Address(local, domain)) is kind


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "INFO",
        "sales-emea",
        "sales.team",
        "info+x",
        "support2",
        "no-reply",
        "no_reply",
        "donotreply",
        "jobs-noreply",
        "buchhaltung",
        "kontakt",
        "comptabilite",
        "ventas",
        "atendimento",
        "amministrazione",
        "verkoop",
        "biuro",
        "fakturor",
        "satis",
        "customer.service",
        "accounts_payable",
        "hr",
        "marketingteam",
        "the-office",
    ],
)
def test_a_desk_is_a_role(local):
    assert is_role(local)


@pytest.mark.parametrize(
    "local",
    [
        "pat",
        "pat.doe",
        "pdoe",
        "p.doe",
        "maria.info",
        "john.sales",
        "infante",
        "salesh",
        "grant",
        "will",
        "mark",
        "page",
        "art",
        "jp",
        "ap",
        "hans.post",
        "supporter1x",
        "12345",
        "a",
    ],
)
def test_a_person_is_no_role(local):
    assert not is_role(local)


def test_a_domain_on_both_lists_is_disposable(monkeypatch):
    monkeypatch.setattr(kinds, "FREE_MAIL", FREE_MAIL | {"mailinator.com"})
    assert is_free_mail("mailinator.com")
    assert kind_of(Address("pat", "mailinator.com")) is Kind.DISPOSABLE


def test_free_domains_are_domains():
    assert LARGEST < FREE_MAIL
    assert all(domain == domain.lower() and "." in domain for domain in FREE_MAIL)
    assert not any(is_disposable(domain) for domain in FREE_MAIL)
    assert all(is_free_mail(f"mx.{domain}") for domain in FREE_MAIL)


def test_a_word_is_a_role_or_stands_beside_one():
    assert not ROLES & BESIDE
    assert all(word == word.lower() and word.isascii() for word in ROLES | BESIDE)


@pytest.mark.dataset
def test_known_disposable_domains(dataset):
    domains = dataset("email/disposable_domains.txt").read_text().split()
    assert sum(is_disposable(domain) for domain in domains) / len(domains) >= 0.99


@pytest.mark.dataset
def test_known_free_domains(dataset):
    """The reference lists every domain that was ever lent to somebody; ours are the large ones, and no company's.

    So recall over domains is low, and tells little of how many mailboxes are missed.
    """
    domains = set(json.loads(dataset("email/free_domains.json").read_text()))
    disposable = set(dataset("email/disposable_domains.txt").read_text().split())
    told = [domain for domain in domains - disposable if is_free_mail(domain)]
    assert len(told) / len(domains - disposable) >= 0.065
    assert domains >= LARGEST


@pytest.mark.dataset
def test_known_roles(dataset):
    """The reference is of all that was ever refused, years, cities and brands among them."""
    locals_ = json.loads(dataset("email/role_local_parts.json").read_text())
    assert sum(is_role(local) for local in locals_) / len(locals_) >= 0.55


@pytest.mark.dataset
def test_given_names_are_no_roles(dataset):
    with dataset("names/nicknames.csv").open(newline="") as file:
        names = {name.strip().lower() for row in csv.reader(file) for name in row}
    assert len(names) > 1_000
    assert {name for name in names if is_role(name)} <= {"app", "gare"}
