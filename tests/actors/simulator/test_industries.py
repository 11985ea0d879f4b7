from actors.simulator.industries import INDUSTRIES


def test_there_are_twelve_industries_in_small_letters():
    assert len(INDUSTRIES) == 12
    assert all(name == industry.name == name.lower() for name, industry in INDUSTRIES.items())


def test_each_industry_can_describe_its_companies():
    for industry in INDUSTRIES.values():
        assert len(industry.keywords) >= 3
        assert industry.offers
        assert industry.descriptors
        assert industry.technologies
        assert 0 <= industry.funded <= 1
