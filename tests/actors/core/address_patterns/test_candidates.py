"""The addresses that a person may have at a company."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.address_patterns.candidates import candidates, none_of_these
from actors.core.address_patterns.posterior import AddressPatterns

SMALL = (
    AddressPatterns(8, "US")
    .observed("james@acme.com", "James", "Shaw")
    .observed("megan@acme.com", "Megan", "Foster")
)
GERMAN = (
    AddressPatterns(300, "DE")
    .observed("ulf.brandt@acme.de", "Ulf", "Brandt")
    .observed("ida.wolf@acme.de", "Ida", "Wolf")
)


def emails(found):
    return [one.email for one in found]


def test_the_best_follows_what_is_known_of_the_domain():
    best, *_ = candidates(SMALL, "Nicole", "Harding", "US", "acme.com")
    assert best.email == "nicole@acme.com"
    assert best.probability > 0.9
    assert best.patterns == ("{first}",)
    assert best.why == "{first}: 2 of 2 known addresses there are like it"


def test_umlauts_are_written_as_the_country_does():
    best, second, *_ = candidates(GERMAN, "Jörg", "Müller", "DE", "acme.de")
    assert (best.email, second.email) == ("joerg.mueller@acme.de", "jorg.muller@acme.de")
    assert best.probability > 5 * second.probability


def test_with_a_colleague_of_the_same_name_the_longer_and_numbered_forms_get_mass():
    alone = candidates(SMALL, "Nicole", "Harding", "US", "acme.com")
    shared = candidates(SMALL, "Nicole", "Harding", "US", "acme.com", colleagues=[("Nicole", "Baker")])
    assert shared[0].probability < 0.6 * alone[0].probability
    assert {"nicole.harding@acme.com", "nicole2@acme.com", "nicoleh@acme.com"} <= set(emails(shared))


def test_what_is_known_to_be_another_s_or_was_refused_is_none():
    known = SMALL.observed("nicole@acme.com", "Nicole", "Baker").bounced(
        "nicole2@acme.com", "Nicole", "Harding"
    )
    found = emails(candidates(known, "Nicole", "Harding", "US", "acme.com"))
    assert not {"nicole@acme.com", "nicole2@acme.com"} & set(found)
    assert found[0] == "nicole.harding@acme.com"


def test_the_person_s_own_address_is_not_another_s():
    assert candidates(SMALL, "James", "Shaw", "US", "acme.com")[0].email == "james@acme.com"


def test_nicknames_are_tried_after_the_name_itself():
    found = emails(candidates(SMALL, "Robert", "Shaw", "US", "acme.com", nicknames=["Bob"]))
    assert found[:2] == ["robert@acme.com", "bob@acme.com"]


def test_in_a_large_company_a_plain_first_name_is_probably_taken():
    few, many = (candidates(SMALL, "Nicole", "Harding", "US", "acme.com", unnamed=n)[0] for n in (5, 400))
    assert many.probability < 0.7 * few.probability


def test_the_reasons_name_the_vendor():
    known = AddressPatterns(8, "US").stated("{f}{last}", 0.9, "hunter")
    best, *others = candidates(known, "Nicole", "Harding", "US", "acme.com")
    assert (best.email, best.why) == ("nharding@acme.com", "{f}{last}: hunter says so")
    assert others[0].why.endswith(": hunter says {f}{last}")


@pytest.mark.parametrize(("first", "last"), [("", "Shaw"), ("Bob", "S***"), ("Юрий", "Шоу")])
def test_without_a_whole_name_in_our_letters_there_is_no_candidate(first, last):
    found = candidates(SMALL, first, last, "US", "acme.com")
    assert found == ()
    assert none_of_these(found) == 1


names = st.text("abcdeüéß- ", min_size=1, max_size=9)


@given(names, names, st.sampled_from(["DE", "US", "NL"]), st.sampled_from([SMALL, GERMAN, AddressPatterns()]))
def test_the_candidates_are_sorted_distinct_and_with_none_of_them_sum_to_one(first, last, country, known):
    found = candidates(known, first, last, country, "acme.com", colleagues=[("James", "Shaw")])
    chances = [one.probability for one in found]
    assert chances == sorted(chances, reverse=True)
    assert len(set(emails(found))) == len(found)
    assert sum(chances) <= 1 + 1e-9
    assert sum(chances) + none_of_these(found) == pytest.approx(1)
