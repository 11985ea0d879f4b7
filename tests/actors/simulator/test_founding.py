from collections import Counter
from datetime import date

import pytest

from actors.simulator.company import Mail
from actors.simulator.founding import MOST_COMPANIES, _brand, foreign, native
from actors.simulator.industries import INDUSTRIES
from actors.simulator.places import COUNTRIES

TODAY = date(2026, 11, 2)
REAL = (
    "google.com",
    "amazon.com",
    "microsoft.com",
    "apple.com",
    "siemens.de",
    "orange.fr",
    "tesco.co.uk",
    "stripe.com",
)


@pytest.fixture(scope="module")
def companies():
    return [native(7, number, TODAY) for number in range(3000)]


def test_a_company_follows_from_seed_and_number(companies):
    assert native(7, 12, TODAY) == companies[12]
    assert native(8, 12, TODAY).domain != companies[12].domain


def test_no_two_companies_of_the_largest_world_share_a_brand():
    assert len({_brand(7, number).lower() for number in range(MOST_COMPANIES)}) == MOST_COMPANIES


def test_domains_are_invented(companies):
    domains = {company.domain for company in companies}
    assert not domains & set(REAL)
    assert len(domains) == len(companies)


def test_suffixes_vary(companies):
    suffixes = {company.domain.partition(".")[2] for company in companies}
    assert {"com", "io", "de", "co.uk", "fr"} <= suffixes


def test_all_industries_and_countries_occur_by_weight(companies):
    countries = Counter(company.country for company in companies)
    assert countries.keys() == COUNTRIES.keys()
    assert countries.most_common(1)[0][0] == "US"
    assert {company.industry for company in companies} == INDUSTRIES.keys()


def test_sizes_run_from_one_to_fifty_thousand(companies):
    sizes = sorted(company.employees for company in companies)
    assert sizes[0] >= 1
    assert sizes[-1] <= 50_000
    assert 40 <= sizes[len(sizes) // 2] <= 90
    assert sizes[-10] > 3000


def test_nothing_lies_in_the_future(companies):
    assert all(company.founded_year < TODAY.year for company in companies)
    assert all(company.latest_funding_date < TODAY for company in companies if company.latest_funding_date)


def test_funding_is_known_wholly_or_not_at_all(companies):
    for company in companies:
        facts = company.total_funding_usd, company.latest_funding_stage, company.latest_funding_date
        assert all(fact is None for fact in facts) or all(fact is not None for fact in facts)
    assert 0.2 < sum(company.total_funding_usd is not None for company in companies) / len(companies) < 0.5


def test_nine_in_ten_domains_have_mail_exchangers(companies):
    mail = Counter(company.mail for company in companies)
    assert mail.keys() == set(Mail)
    assert 0.87 < (mail[Mail.EXCHANGERS] + mail[Mail.HOSTED]) / len(companies) < 0.93


def test_small_companies_write_first_names_and_large_ones_both(companies):
    small = Counter(company.email_pattern for company in companies if company.employees <= 30)
    large = Counter(company.email_pattern for company in companies if company.employees > 1000)
    assert small.most_common(1)[0][0] == "{first}"
    assert large.most_common(1)[0][0] == "{first}.{last}"


def test_about_85_in_100_have_a_site(companies):
    assert 0.82 < sum(company.has_site for company in companies) / len(companies) < 0.88


def test_a_foreign_domain_has_its_company_in_the_country_of_its_suffix():
    company = foreign(7, "beispiel-werke.de", TODAY)
    assert (company.name.split()[:2], company.country) == (["Beispiel", "Werke"], "DE")
    assert company == foreign(7, "beispiel-werke.de", TODAY)


def test_a_stable_four_in_a_hundred_foreign_domains_are_unknown():
    known = [foreign(7, f"start-up-{number}.com", TODAY).is_known for number in range(3000)]
    assert 0.03 < known.count(False) / len(known) < 0.05
    assert known == [foreign(7, f"start-up-{number}.com", TODAY).is_known for number in range(3000)]


@pytest.mark.parametrize("domain", ["gmail.com", "mailinator.com", "no-domain", ""])
def test_nobody_known_stands_behind_mail_services_and_nonsense(domain):
    assert not foreign(7, domain, TODAY).is_known
