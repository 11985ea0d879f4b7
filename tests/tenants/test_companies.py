import pytest

from tenants.companies import base_domain, identity_key, normal_name, plain_name, registrable_domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("acme.com", "acme.com"),
        ("ACME.com.", "acme.com"),
        ("  https://www.acme.com/about?lang=de#team \n", "acme.com"),
        ("http://user:secret@shop.acme.com:8443/cart", "acme.com"),
        ("acme.com:8080", "acme.com"),
        ("acme.com/a.b.c", "acme.com"),
        ("info@acme.de", "acme.de"),
        ("mailto:info@mail.acme.de", "acme.de"),
        ("https://news.acme.co.uk/", "acme.co.uk"),
        ("acme.com.au", "acme.com.au"),
        ("www.acme.kyoto.jp", "acme.kyoto.jp"),
        ("München.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("https://acme。com", "acme.com"),
    ],
)
def test_an_address_tells_the_domain_that_was_registered(address, domain):
    assert registrable_domain(address) == domain


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "   ",
        "n/a",
        "-",
        "none",
        "Acme",
        "Acme Inc.",
        "Node.js",
        "co.uk",
        "192.168.1.1",
        "http://[::1]:80/",
        "http://[",
        "ac me.com",
        "foo..com",
        "-acme.com",
        f"{'a' * 64}.com",
        "ü" * 70 + ".com",
        "acme.com, acme.de",
        "acme.\0com",
    ],
)
def test_what_is_no_address_has_no_domain(address):
    assert registrable_domain(address) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("one.co.uk", "two.co.uk"),
        ("one.github.io", "two.github.io"),
        ("one.myshopify.com", "two.myshopify.com"),
        ("one.kyoto.jp", "two.kyoto.jp"),
        ("acme.com", "acme.de"),
        ("acme.com", "acme.com.au"),
        # two owners, two domains, since 2010: only the old IDNA took the one for the other
        ("straße.de", "strasse.de"),
    ],
)
def test_two_domains_are_never_taken_for_one(one, other):
    assert registrable_domain(one) is not None
    assert registrable_domain(one) != registrable_domain(other)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.linkedin.com/company/acme",
        "uk.linkedin.com/company/acme",
        "facebook.com/acme",
        "https://github.com/acme",
        "sites.google.com/view/acme",
        "x.com/acme",
        "medium.com/@acme",
    ],
)
def test_a_page_on_a_host_that_many_share_does_not_tell_the_company(address):
    assert registrable_domain(address) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("acme.wordpress.com", "rival.wordpress.com"),
        ("acme.weebly.com", "rival.weebly.com"),
        ("acme.substack.com", "rival.substack.com"),
        ("https://www.etsy.com/shop/acme", "https://www.etsy.com/shop/rival"),
        ("acme@gmail.com", "rival@gmail.com"),
        ("acme@outlook.com", "rival@outlook.com"),
    ],
)
def test_two_customers_of_one_host_are_never_the_same_company(one, other):
    domains = {registrable_domain(one), registrable_domain(other)}
    assert domains == {None} or len(domains) == 2


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Acme", "acme"),
        ("  ACME   Inc. ", "acme"),
        ("Acme Co., Ltd.", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("L'Oréal", "l oreal"),
        ("Müller & Söhne GmbH", "muller and sohne"),
        ("Volvo AB", "volvo"),
        ("Foo Sp. z o.o.", "foo"),
        ("Inc.", "inc"),
        ("Straße", "strasse"),
    ],
)
def test_a_name_is_plain_without_case_accents_and_legal_form(name, plain):
    assert normal_name(name) == plain


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("Foo SA", "Foo S.A."),
        ("Foo BV", "Foo B.V."),
        ("Foo LLC", "Foo L.L.C."),
        ("Foo SpA", "Foo S.p.A."),
    ],
)
def test_a_legal_form_is_one_with_dots_too(written, otherwise):
    assert normal_name(written) == normal_name(otherwise)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acme Labs"),
        ("Costa", "Costco"),
        ("Sea", "Sega"),
        ("Sachsen", "Achsen"),
        # words that are legal forms elsewhere in a name, and here are the name
        ("Co-op Bank", "Op Bank"),
        ("Company 3", "3 AG"),
        ("Limited Brands", "Brands Inc"),
        # names of which nothing is left
        ("!!!", "???"),
        # marks that are vowels and consonants, not accents
        ("ガラス", "カラス"),
        ("राम", "रीम"),
    ],
)
def test_two_names_are_never_taken_for_one(one, other):
    keys = {identity_key(name=name, domain=None, country="DE") for name in (one, other)}
    assert len(keys) == 2


def test_the_domain_decides_and_where_there_is_none_the_name_with_the_country():
    assert identity_key(name="Acme", domain="acme.com", country="DE") == identity_key(
        name="Acme Germany", domain="acme.com", country=None
    )
    assert identity_key(name="Acme GmbH", domain=None, country="de") == identity_key(
        name="ACME", domain=None, country="DE"
    )
    assert identity_key(name="Acme", domain=None, country="DE") != identity_key(
        name="Acme", domain=None, country="AT"
    )
    assert identity_key(name="acme.com", domain=None, country=None) != identity_key(
        name="Acme", domain="acme.com", country=None
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Acme, Inc.", "acme inc"),
        ("ACME INC", "acme inc"),
        ("Société Générale S.A.", "societe generale s a"),
        ("Marks & Spencer plc", "marks and spencer plc"),
        ("  ++  ", "++"),
    ],
)
def test_a_plain_name_keeps_its_legal_form(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mail.gmail.com", "gmail.com"),
        ("a.b.acme.co.uk", "acme.co.uk"),
        ("pat.github.io", "pat.github.io"),
        ("co.uk", None),
        ("acme.nowhere", None),
    ],
)
def test_a_base_domain_is_whose_ever(host, domain):
    assert base_domain(host) == domain
