from uuid import uuid4

import pytest

from actors.events import INTERNAL, event_types
from actors.events.envelope import read_payload
from actors.events.signals import SignalsFound, SignalsRequested

IDS = {"lead_id": uuid4(), "account_id": uuid4(), "contact_id": uuid4()}


@pytest.mark.parametrize("said", [SignalsRequested(**IDS), SignalsFound(**IDS, count=2)])
def test_they_are_about_a_lead_travel_as_they_are_and_nobody_outside_is_told(said):
    assert said.concerns == IDS["lead_id"]
    assert type(said) in INTERNAL
    assert read_payload(event_types(), said.type, said.model_dump_json()) == said
