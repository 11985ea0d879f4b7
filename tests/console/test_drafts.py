import pytest

from console.drafts import PERSONAS_IN_FORM, TEXT_LIMIT, Draft, draft_of, is_list
from console.faults import BadRequest
from tenants.icp import IdealCustomer, Persona
from tenants.profiles import profile_hash

FULL = {
    "icp": {
        "industries": ["software", "logistics"],
        "countries": ["DE", "NO"],
        "cities": ["Oslo"],
        "employees_min": 20,
        "employees_max": 200,
        "technologies": ["SAP"],
        "funding_usd_min": 1e6,
        "funding_usd_max": 2.5e6,
        "open_jobs_min": 1,
        "founded_from": 1990,
        "founded_to": 2020,
        "keywords": ["warehouse"],
        "excluded_domains": ["example.net"],
        "excluded_names": ["example shipping"],
        "competitors": ["rival.example"],
    },
    "personas": [
        {"titles": ["head of sales"], "seniorities": ["vp"], "departments": ["sales"], "per_account": 2},
        {"per_account": 1},
    ],
}


def fields_of(draft):
    """What stands in the form that shows a draft."""
    places = [f"icp.{name}" for name in IdealCustomer.model_fields]
    for number in range(len(draft.document["personas"])):
        places += [f"personas.{number}.{name}" for name in Persona.model_fields]
    return {place: draft.text_of(place) for place in places}


def test_every_field_of_the_profile_is_in_the_full_one():
    assert FULL["icp"].keys() == IdealCustomer.model_fields.keys()
    assert FULL["personas"][0].keys() == Persona.model_fields.keys()


def test_the_form_and_the_yaml_say_the_same():
    draft = Draft.of(FULL)
    assert draft.mistakes == {}
    by_form, by_yaml = draft_of(fields_of(draft)), draft_of({"yaml": draft.yaml})
    assert by_form.profile == by_yaml.profile == draft.profile
    assert by_form.hash == by_yaml.hash == draft.hash == profile_hash(FULL)
    assert draft_of({"yaml": by_form.yaml}).document == draft.document


@pytest.mark.parametrize(
    ("place", "written", "said"),
    [
        ("icp.countries", "DE\nEU", "'EU' is not a country code of two letters, such as DE."),
        ("icp.employees_min", "many", "A whole number is wanted."),
        ("icp.employees_min", "12.5", "A whole number is wanted."),
        ("icp.employees_max", "-1", "It must be 0 or more."),
        ("icp.funding_usd_min", "1,000", "A number is wanted."),
        ("icp.funding_usd_min", "inf", "A number is wanted."),
        ("personas.1.per_account", "11", "It must be 10 or less."),
        ("icp.founded_from", "2021", "It is above founded_to: no company can match."),
        ("icp.open_jobs_min", "9" * 19, "That is more than any company has."),
        ("icp.cities", "Os\0lo", "There is a sign in it that can't be kept."),
        ("icp.cities", "Os\ud800lo", "There is a sign in it that can't be kept."),
        ("icp.employees_min", "201", "It is above the most employees: no company can match."),
    ],
)
def test_a_mistake_is_told_at_its_field_in_words_and_stays_written(place, written, said):
    fields = fields_of(Draft.of(FULL)) | {place: written}
    draft = draft_of(fields)
    assert draft.profile is None
    assert draft.hash == ""
    assert draft.mistakes == {place: said}
    assert draft.text_of(place) == written
    assert fields_of(draft) == fields  # and nothing else is lost


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "icp: {countries: [NO]}",
            "icp.countries",
            "A text is wanted; in quotes, where YAML reads something else",
        ),
        ("icp: {industrys: [a]}", "icp.industrys", "There is no such field."),
        ("budgets: {day_usd: 1}", "budgets", "There is no such field."),
        ("icp: {industries: software}", "icp.industries", "A list is wanted."),
        ("icp: [1]", "icp", "Fields with values are wanted."),
        ("icp: {a: b", "", "That is no YAML: "),
        ("- a", "", "Fields are wanted: icp and personas."),
        ("icp: {founded_from: 2021-13-45}", "", "That is no YAML: "),
        ("[" * 5_000, "", "That is no YAML: "),
    ],
)
def test_a_mistake_in_the_yaml_is_told_by_its_place(text, place, said):
    draft = draft_of({"yaml": text})
    assert draft.profile is None
    assert list(draft.mistakes) == [place]
    assert draft.mistakes[place].startswith(said)
    assert draft.yaml == text


def test_an_empty_file_looks_for_everybody():
    for text in ("", "icp:\npersonas:\n"):
        draft = draft_of({"yaml": text})
        assert draft.mistakes == {}
        assert draft.hash == Draft.of({}).hash


def test_a_text_without_end_is_refused():
    with pytest.raises(BadRequest, match="too long"):
        draft_of({"yaml": "a" * (TEXT_LIMIT + 1)})


def test_yaml_that_refers_to_itself_is_told_and_does_no_harm():
    bomb = "a: &a [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1 or ''}, *a{n - 1 or ''}]\n" for n in range(1, 30)
    )
    assert draft_of({"yaml": bomb}).profile is None
    assert draft_of({"yaml": "icp: &a {industries: *a}"}).profile is None


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("icp: {industries: [a]}", True),
        ("icp: {employees_min: many}", True),
        ("icp: {industries: a}", False),
        ("icp: {employees_min: [1]}", False),
        ("icp: {industrys: [a]}", False),
        ("personas: [1]", False),
        ("budgets: 1", False),
        (f"personas: [{', '.join(['{}'] * PERSONAS_IN_FORM)}]", True),
        (f"personas: [{', '.join(['{}'] * (PERSONAS_IN_FORM + 1))}]", False),
    ],
)
def test_the_form_shows_what_it_has_a_place_for(text, fits):
    assert draft_of({"yaml": text}).fits_form is fits


@pytest.mark.parametrize("name", ["personas.x.titles", "personas.-1.titles", "personas.9999.titles"])
def test_a_field_that_no_form_of_ours_has_is_refused(name):
    with pytest.raises(BadRequest):
        draft_of({name: "a"})


def test_lists_and_numbers_are_told_apart():
    assert is_list(IdealCustomer, "industries")
    assert not is_list(IdealCustomer, "employees_min")
    assert not is_list(Persona, "per_account")
