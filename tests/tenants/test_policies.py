import pytest

from tenants.icp import Persona
from tenants.policies import TenantConfig, read_config

DOCUMENT = {
    "icp": {"industries": ["software"], "countries": ["de"], "employees_min": 10},
    "personas": [{"titles": ["CEO"]}, {"titles": ["CTO"], "departments": ["engineering"]}],
    "agents": {"enrichment": False},
    "sequences": {"A": "call-first"},
    "connections": {"apollo": {"api_key": "sim-secret-key-1", "credit_price_usd": 0.02}},
}


def test_a_configuration_says_what_its_document_says():
    config = read_config(DOCUMENT)
    assert config.icp.countries == ("DE",)
    assert config.icp.employees_min == 10
    assert [persona.titles for persona in config.personas] == [("CEO",), ("CTO",)]
    assert config.agents == {"enrichment": False}
    assert config.sequences == {"A": "call-first"}
    assert config.connections["apollo"].api_key.get_secret_value() == "sim-secret-key-1"


def test_an_empty_document_is_a_configuration():
    config = read_config({})
    assert config == TenantConfig()
    assert config.personas == (Persona(),)
    assert config.connections == {}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"ipc": {}}, "ipc"),
        ({"icp": {"industrys": ["software"]}}, "icp.industrys"),
        ({"icp": {"countries": ["Germany"]}}, "icp.countries"),
        ({"icp": {"employees_min": "many"}}, "icp.employees_min"),
        ({"personas": [{"titles": ["CEO"]}, {"titles": 5}]}, "personas.1.titles"),
        ({"connections": {"apollo": {"credit_price_usd": -1}}}, "connections.apollo.credit_price_usd"),
        ({"connections": {"apollo": {"credit_price_usd": float("nan")}}}, "connections.apollo"),
        ({"agents": {"enrichment": "perhaps"}}, "agents.enrichment"),
        ({"sequences": ["A"]}, "sequences"),
        ({"icp": None}, "icp"),
    ],
)
def test_a_fault_names_its_place(document, place):
    with pytest.raises(ValueError, match=place) as fault:
        read_config(document)
    assert str(fault.value).startswith(f"{place}")
    assert "pydantic" not in str(fault.value)


def test_all_faults_are_named_at_once():
    with pytest.raises(ValueError, match=r"icp\.industrys") as fault:
        read_config({"icp": {"industrys": []}, "personas": 5})
    assert "personas" in str(fault.value)


def test_a_key_is_never_shown():
    config = read_config(DOCUMENT)
    assert "sim-secret" not in repr(config)
    assert "sim-secret" not in str(config.model_dump())
    wrong = {"connections": {"apollo": {"api_key": ["sim-secret-key-1"], "password": "sim-secret-key-2"}}}
    with pytest.raises(ValueError, match=r"apollo\.password") as fault:
        read_config(wrong)
    assert "sim-secret" not in str(fault.value)


@pytest.mark.parametrize(
    ("told", "hours"),
    [({}, 6), ({"exclusions": {"every_hours": 24}}, 24), ({"exclusions": {"every_hours": 0}}, 0),
     ({"exclusions": {"every_hours": None}}, 0)],
)  # fmt: skip
def test_crms_are_read_every_six_hours_unless_told_otherwise_and_never_is_by_hand(told, hours):
    assert read_config(told).exclusions.every_hours == hours


def test_crms_are_not_read_before_they_were():
    with pytest.raises(ValueError, match=r"exclusions\.every_hours"):
        read_config({"exclusions": {"every_hours": -1}})


@pytest.mark.parametrize(
    ("told", "days"), [({}, 7), ({"signals": {"every_days": 30}}, 30), ({"signals": {"every_days": None}}, 0)]
)
def test_scored_leads_are_watched_every_week_unless_told_otherwise(told, days):
    assert read_config(told).signals.every_days == days
    assert read_config(told).signals.leads_per_hour == 200


def test_a_source_is_searched_once_a_day_unless_told_otherwise_and_is_there_once():
    (one,) = read_config({"sources": [{"provider": "apollo"}]}).sources
    assert (one.every_hours, one.leads_per_run, one.leads_per_day, one.cooldown_days) == (24, 100, None, 30)
    with pytest.raises(ValueError, match=r"sources: .*apollo is there twice"):
        read_config({"sources": [{"provider": "apollo"}, {"provider": "apollo"}]})
    for wrong in ({"every_hours": 0}, {"leads_per_run": 0}, {"leads_per_day": 0}, {"cooldown_days": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            read_config({"sources": [{"provider": "apollo", **wrong}]})
