import pytest

from scoring_models.features import CATEGORIES, NUMBERS
from scoring_models.sentences import about_acts, about_category, about_happenings, about_number


@pytest.mark.parametrize(
    ("feature", "value", "helps", "rises", "sentence"),
    [
        ("employees", 300, True, True, "300 employees is in the range that buys"),
        ("employees", 1, False, True, "1 employee is below the range that buys"),
        ("employees", 250000, False, False, "250,000 employees is above the range that buys"),
        ("founded_year", 2015, True, False, "founding year 2015 is in the range that buys"),
        ("revenue_usd", 12_500_000, True, True, "revenue of $12.5M is in the range that buys"),
        ("funding_usd", 400, False, True, "funding of $400 is below the range that buys"),
        ("technology_count", 12, True, True, "12 known technologies is in the range that buys"),
        ("open_jobs", None, False, True, "number of open jobs is not known"),
        ("revenue_usd", None, True, True, "revenue is not known, which is no drawback here"),
    ],
)
def test_what_a_number_says(feature, value, helps, rises, sentence):
    assert about_number(feature, value, helps=helps, rises=rises) == sentence


@pytest.mark.parametrize(
    ("feature", "value", "helps", "is_seen", "sentence"),
    [
        ("industry", "Software", True, True, "industry Software buys more than average"),
        ("country", "DE", False, True, "country DE buys less than average"),
        ("department", "sales", False, False, "department sales is new to the model, or rare"),
        ("seniority", None, False, True, "seniority is not known"),
        ("industry", "  ", False, True, "industry is not known"),
        ("email_status", "verified", True, True, "email address is verified"),
        ("email_status", "verified", False, True, "email address is verified, which says little here"),
        ("email_status", "risky", False, True, "no verified address (it is risky)"),
        ("email_status", None, False, True, "email address is not known"),
    ],
)
def test_what_a_category_says(feature, value, helps, is_seen, sentence):
    assert about_category(feature, value, helps=helps, is_seen=is_seen) == sentence


def test_a_long_or_broken_value_stays_on_one_short_line():
    sentence = about_category("industry", "x\n" * 500, helps=True, is_seen=True)
    assert "\n" not in sentence
    assert len(sentence) < 100


def test_every_feature_can_be_put_in_words():
    for number in NUMBERS:
        assert about_number(number.name, number.high, helps=True, rises=True)
    for name in CATEGORIES:
        assert about_category(name, "x", helps=True, is_seen=True)


@pytest.mark.parametrize(
    ("kind", "days_ago", "sentence"),
    [
        ("hiring", [1, 20, 31, 40], "announced 3 jobs in the last month"),
        ("hiring", [31.5], "announced 1 job in the last three months"),
        ("technology", [100, 300, 400], "changed 2 technologies in the last year"),
        ("technology", [0], "changed 1 technology in the last month"),
        ("funding", [5], "raised money in the last month"),
        ("news", [5, 6], "published news 2 times in the last month"),
        ("site", [60], "changed its website in the last three months"),
        ("site", [400], None),
        ("news", [], None),
    ],
)
def test_what_happened_is_said_for_the_shortest_span_in_which_something_did(kind, days_ago, sentence):
    assert about_happenings(kind, days_ago) == sentence


@pytest.mark.parametrize(
    ("kind", "days", "said"),
    [
        ("reply", [0.2], "replied today"),
        ("reply", [1.5], "replied yesterday"),
        ("meeting", [12.0], "met us 12 days ago"),
        ("click", [1.0, 20.0, 80.0], "clicked in a message 2 times in the last month"),
        ("visit", [40.0, 80.0], "visited the website 2 times in the last three months"),
        ("visit", [5.0, 80.0], "visited the website in the last month"),
        ("visit", [400.0], None),
        ("open", [0.0], None),
    ],
)
def test_what_a_prospect_did(kind, days, said):
    assert about_acts(kind, days) == said
