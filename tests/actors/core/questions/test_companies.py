from actors.core.questions import Answer, CompanyFacts, filled


def test_filled_are_those_of_the_wanted_that_have_a_value():
    facts = CompanyFacts(name="Acme", employees=0, technologies=())
    answer = Answer(provider="oracle", content=facts)
    assert filled(answer, ["name", "employees", "industry", "technologies"]) == {
        "name",
        "employees",
        "technologies",
    }
    assert filled(answer, []) == set()


def test_a_miss_fills_nothing():
    assert filled(Answer(provider="oracle", content=None), ["name"]) == set()
