from uuid import uuid4

from actors.events.source import SourceRequested


def test_rows_travel_as_they_were_read():
    rows = ({"Company": "Ünïcode “Inc”", "n": 1.5, "cities": ["Köln", None]}, {}, {"": ""})
    part = SourceRequested(request_id=uuid4(), part=3, source="list.csv", first_row=401, rows=rows)
    assert SourceRequested.model_validate_json(part.model_dump_json()) == part


def test_a_request_is_about_no_lead():
    assert SourceRequested(request_id=uuid4(), part=0, source="apollo", page=1, limit=100).concerns is None
