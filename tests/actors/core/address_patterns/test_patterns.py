"""Which patterns an address is an instance of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.address_patterns.patterns import PATTERNS, local_part, patterns_of


@pytest.mark.parametrize(
    ("email", "first", "last", "country", "patterns"),
    [
        ("anna.vogel@acme.de", "Anna", "Vogel", "DE", ("{first}.{last}",)),
        ("joerg.mueller@acme.de", "Jörg", "Müller", "DE", ("{first}.{last}",)),
        ("jorg.muller@acme.de", "Jörg", "Müller", "DE", ("{first}.{last}",)),
        ("JMueller@acme.de", "Jörg", "Müller", "DE", ("{f}{last}",)),
        ("annalena@acme.de", "Anna-Lena", "Vogel", "DE", ("{first}",)),
        ("anna@acme.de", "Anna-Lena", "Vogel", "DE", ("{first}",)),
        ("s.vanderberg@acme.nl", "Sanne", "van der Berg", "NL", ("{f}.{last}",)),
        ("berg@acme.nl", "Sanne", "van der Berg", "NL", ("{last}",)),
        ("nunez_jose@acme.es", "José", "Núñez", "ES", ("{last}_{first}",)),
        ("nunez.jose@acme.es", "José", "Núñez", "ES", ("{last}.{first}",)),
        ("obrienn@acme.ie", "Niamh", "O'Brien", "IE", ("{last}{f}",)),
        ("malgorzataw@acme.pl", "Małgorzata", "Wójcik", "PL", ("{first}{l}",)),
        ("c.le-gall@acme.fr", "Céline", "Le Gall", "FR", ("{f}.{last}",)),
        ("anna.vogel2@acme.de", "Anna", "Vogel", "DE", ("{first}.{last}",)),
        ("info@acme.de", "Anna", "Vogel", "DE", ()),
        ("anna@acme.de", "", "Vogel", "DE", ()),
        # names that say no more: each is an instance of several
        ("ab@acme.com", "Al", "B", "US", ("{f}{last}", "{f}{l}")),
        ("a.b@acme.com", "A", "B", "US", ("{first}.{last}", "{f}.{last}", "{first}.{l}")),
    ],
)
def test_an_address_is_an_instance_of_these_patterns(email, first, last, country, patterns):
    assert set(patterns_of(email, first, last, country)) == set(patterns)


words = st.text("abcdefghij", min_size=1, max_size=8)


@given(st.sampled_from(PATTERNS), words, words)
def test_what_a_pattern_writes_is_an_instance_of_it(pattern, first, last):
    local = local_part(pattern, first, last)
    assert local is not None
    assert pattern in patterns_of(f"{local}@acme.com", first, last)


@pytest.mark.parametrize(
    ("pattern", "first", "last"), [("{first}", "x" * 65, "y"), ("{first}.", "a", "b"), ("{middle}", "a", "b")]
)
def test_what_is_no_local_part_is_not_written(pattern, first, last):
    assert local_part(pattern, first, last) is None
