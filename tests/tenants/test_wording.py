import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.wording import alike, in_our_letters, initials_of, weight_of, words_of


def likeness(one, other):
    return alike(words_of(one), words_of(other)).likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbour Textiles GmbH", "HARBOUR TEXTILES AG"),
        ("Harbour Textiles", "Textiles, Harbour"),
        ("Harbour & Sons", "Harbour and Sons"),
        ("Van der Haven", "Vanderhaven"),
        ("Harbor's Own", "Harbors Own"),
        ("H.B. Harbour", "HB Harbour"),
        ("Harbour H B", "H. B. Harbour"),
        ("O'Harbour", "O Harbour"),
        ("Harbour Int'l", "Harbour International"),
        ("Harbour Mfg.", "Harbour Manufacturing"),
        ("First Harbour", "1st Harbour"),
        ("Harbour Fund VII", "Harbour Fund 7"),
        ("Harbour of the United States", "Harbour of U.S."),
        ("Øresund Værft", "Oresund Vaerft"),
        ("Łódzka Fabryka", "Lodzka Fabryka"),
        ("Газпром", "Gazprom"),
    ],
)
def test_one_name_written_in_two_ways_is_the_same(one, other):
    assert likeness(one, other) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("nearer", "farther", "name"),
    [
        ("Harbuor Textiles", "Arbour Tactile", "Harbour Textiles"),  # a slip of the pen, and another name
        ("Harbour", "Harbour Textiles", "Harbour Group"),  # a word that many have, and one of its own
        ("Harbour Textiles", "Harbour Foodworks", "Harbour Textile"),
        ("Harbour Germany", "Harbour Food", "Harbour"),  # a country says less than any other word
        ("Harbour", "Harbour Germany", "Harbour France"),  # and of two countries each has its own company
        ("Harbour Fund", "Harbour Fund 8", "Harbour Fund 7"),
        ("Harbour Fund 7", "Harbour Fund 8", "Harbour Fund VII"),
    ],
)
def test_of_two_names_the_nearer_one_is_more_alike(nearer, farther, name):
    assert likeness(name, nearer) > likeness(name, farther)


@pytest.mark.parametrize(
    ("one", "other"),
    [("BP", "BD"), ("Harbour 1984", "Harbour 1985"), ("Cat", "Dog"), ("", "Harbour"), ("", "")],
)
def test_what_is_no_slip_of_the_pen_counts_as_another_word(one, other):
    assert likeness(one, other) < 0.7


def test_the_reasons_are_told():
    told = alike(words_of("Harbour Textiles Mill"), words_of("Harbuor Textiles Weaving")).evidence
    assert told == (
        "both: textiles",
        "nearly the same: harbour / harbuor",
        "only in the one: mill",
        "only in the other: weaving",
    )


def test_words_that_many_have_say_less_than_others():
    weights = [weight_of(word) for word in ("the", "group", "germany", "harbour")]
    assert weights == sorted(weights)
    assert len(set(weights)) == 4
    # a legal form that somebody misspelt
    assert weight_of("aktiengeselschaft") == weight_of("the")


def test_initials_are_of_the_words_that_count():
    assert initials_of(words_of("The Harbour and Textiles Company of Rotterdam")) == "htcr"


WORDS = ["harbour", "harbuor", "textiles", "textile", "of", "group", "7", "8", "germany", "h", "b", "z"]
names = st.lists(st.sampled_from(WORDS), max_size=5)


@given(names, names)
def test_it_matters_not_which_name_comes_first(one, other):
    there, back = alike(one, other), alike(other, one)
    assert there.likeness == pytest.approx(back.likeness)
    assert 0 <= there.likeness <= 1


@given(names.filter(bool))
def test_a_name_is_like_itself(words):
    assert alike(words, list(reversed(words))).likeness == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "ours"),
    [("Müller-Ørsted", "muller orsted"), ("Łukasz", "lukasz"), ("Жуков", "zhukov"), ("Γιώργος", "giorgos")],
)
def test_any_text_is_written_in_our_letters(text, ours):
    assert in_our_letters(text) == ours
