import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.verification.free_mail import FREE_MAIL
from actors.core.verification.typos import suggestion
from tenants.companies import registrable_domain


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("mgail.com", "gmail.com"),
        ("GMIAL.COM", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.comm", "gmail.com"),
        ("gmail.de", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.com", "hotmail.com"),
        ("hotmai.co.uk", "hotmail.co.uk"),
        ("homtail.com", "hotmail.com"),
        ("hotnail.fr", "hotmail.fr"),
        ("htomali.com", "hotmail.com"),
        ("yahooo.com", "yahoo.com"),
        ("yhaoo.com", "yahoo.com"),
        ("yaboo.com", "yahoo.com"),
        ("yajoo.com", "yahoo.com"),
        ("yahoo.co", "yahoo.com"),
        ("yahoo.con", "yahoo.com"),
        ("yahoo.co.u", "yahoo.co.uk"),
        ("outlok.com", "outlook.com"),
        ("outllook.com", "outlook.com"),
        ("oulook.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("iclould.com", None),
        ("icloud.co", "icloud.com"),
        ("protonmial.com", "protonmail.com"),
        ("wanado.fr", "wanadoo.fr"),
        ("t-onlin.de", "t-online.de"),
        ("tonline.de", "t-online.de"),
        ("aol.con", "aol.com"),
        ("gmx.dee", "gmx.de"),
        ("web.ed", "web.de"),
        ("live.con", "live.com"),
    ],
)
def test_a_slip_is_seen(domain, meant):
    assert suggestion(domain) == meant


@pytest.mark.parametrize(
    "domain",
    [
        "acme.example",
        "cloud.com",
        "mail.com",
        "ymail.com",
        "email.com",
        "gail.com",
        "gmx.co",
        "aol.co",
        "navel.com",
        "never.com",
        "grange.fr",
        "oranges.fr",
        "horizon.net",
        "liberty.it",
        "yahoos.com",
        "outlooks.com",
        "outlook-partners.com",
        "photon.me",
        "alive.com",
        "weber.de",
        "mailinator.com",
        "mail.yahoo.com",
        "yahoo.pt",
        "yahoo.ae",
        "outlook.sg",
        "gmail.acme.cn",
        "hotel.com",
        "hotels.com",
        "hotmetal.com",
        "outlast.com",
        "",
        ".",
        "com",
    ],
)
def test_a_company_is_no_slip(domain):
    assert suggestion(domain) is None


@given(st.sampled_from(sorted(FREE_MAIL)))
def test_what_is_well_known_is_right(domain):
    assert suggestion(domain) is None


@given(st.sampled_from(["gmail.com", "hotmail.com", "yahoo.fr", "outlook.com"]), st.data())
def test_two_letters_swapped_are_seen(domain, data):
    name, _, end = domain.partition(".")
    at = data.draw(st.integers(0, len(name) - 2))
    swapped = f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}.{end}"
    assert swapped == domain or suggestion(swapped) == domain


@given(st.text(max_size=40))
def test_whatever_is_suggested_is_well_known(domain):
    found = suggestion(domain)
    assert found is None or (found in FREE_MAIL and found != domain)


@pytest.mark.dataset
def test_no_real_companys_domain_is_a_slip(dataset):
    found = set()
    for name, column in (("yc", "website"), ("fortune1000", "Website")):
        with dataset(f"companies/{name}.csv").open(newline="") as file:
            found |= {registrable_domain(row[column]) for row in csv.DictReader(file)} - {None}
    assert len(found) > 3_000
    assert not {domain for domain in found if suggestion(domain) is not None}
