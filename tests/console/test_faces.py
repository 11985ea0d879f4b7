import pytest

from console.faces import AgentFace, read_faces, title_of, unlisted


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
