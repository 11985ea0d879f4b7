from actors.simulator.coverage import covers
from actors.simulator.directory import WITH_PHONE, linkedin_slug, phone, symbol


def test_phone_numbers_are_of_ranges_that_nobody_has(world):
    for company in world.companies:
        number = phone(company)
        assert (number is None) == (company.country not in WITH_PHONE)
        assert number is None or number.startswith(("+120255501", "+44207946"))


def test_each_company_has_a_page_of_its_own(world):
    assert len({linkedin_slug(company) for company in world.companies}) == len(world.companies)


def test_who_files_in_america_is_traded(world):
    traded = {company.domain for company in world.companies if symbol(company)}
    assert traded == {company.domain for company in world.companies if covers("edgar", company)}
    assert traded
    assert len({symbol(company) for company in world.companies}) == len(traded) + 1
