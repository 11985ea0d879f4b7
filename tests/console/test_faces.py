import json

import pytest

from actors.agents import all_agents
from actors.providers import all_providers
from actors.shell import parts
from console.faces import AgentFace, read_faces, read_providers, title_of, unlisted


def test_faces_are_read_from_json():
    faces = read_faces('[{"name": "scoring", "title": "Scoring", "topic": "contact.verified"}]')
    assert faces == (AgentFace("scoring", "Scoring", "", "contact.verified"),)
    (face,) = read_faces('[{"name": "crm", "title": "Crm", "needs": ["crm"]}]')
    assert face.needs == ["crm"]
    assert title_of("scoring", faces) == "Scoring"
    assert title_of("contact_finder", faces) == "Contact finder"
    assert unlisted("lead_source").title == "Lead source"


@pytest.mark.parametrize(
    "text", ["{}", "nonsense", "[1]", '[{"name": "x"}]', '[{"name": "x", "title": "X", "more": 1}]']
)
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        read_faces(text)


def test_what_the_command_line_tells_of_agents_and_providers_is_understood():
    assert {face.name for face in read_faces(json.dumps(parts.agents_told()))} == set(all_agents())
    faces = {face.name: face for face in read_providers(json.dumps(parts.providers_told()))}
    assert set(faces) == set(all_providers())
    apollo, wikidata = faces["apollo"], faces["wikidata"]
    assert (apollo.title, apollo.needs_key, apollo.credit_price_usd) == ("Apollo", True, 0.05)
    assert {"industry", "employees"} <= set(apollo.fields)
    assert "EnrichCompany" in apollo.billed
    assert wikidata.billed == []
