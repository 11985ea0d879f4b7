import pytest

from actors.simulator.company import SIZE_BANDS, is_domain, normalise_domain, size_band


@pytest.mark.parametrize(
    ("text", "domain"),
    [("Example.COM", "example.com"), ("www.example.com", "example.com"), (" example.com. ", "example.com")],
)
def test_domains_are_normalised(text, domain):
    assert normalise_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["", "localhost", "two words.com", "-a.com", "a..com", "x" * 64 + ".com", "a.c1"]
)
def test_some_texts_are_no_domains(text):
    assert not is_domain(text)


@pytest.mark.parametrize(
    "text", ["example.com", "a.co.uk", "xn--mnchen-3ya.de", "4you.io", "example.xn--p1ai"]
)
def test_other_texts_are(text):
    assert is_domain(text)


def test_every_size_has_a_band():
    assert [size_band(least) for least, _ in SIZE_BANDS] == list(range(len(SIZE_BANDS)))
    assert [size_band(most) for _, most in SIZE_BANDS] == list(range(len(SIZE_BANDS)))


def test_ids_are_24_hexadecimal_digits(world):
    assert all(len(company.id) == 24 and int(company.id, 16) >= 0 for company in world.companies)
