"""Permissions where nobody restricts them, and where the broker is away; tests/actors/shell has one that does."""

import pytest

from actors.bus.base import CarrierAway
from actors.bus.permissions import not_allowed
from actors.bus.settings import KafkaSettings
from tests.kafka.carrier import make_topic, settings_of


@pytest.mark.kafka
async def test_a_broker_without_access_control_allows_everything(broker):
    settings = settings_of(broker)
    await make_topic(settings, "lead.sourced")
    names = [settings.topic("lead.sourced"), settings.topic("there.is.none")]
    assert await not_allowed(settings, names) == {}


async def test_a_broker_that_is_away_is_named():
    with pytest.raises(CarrierAway, match=r"127\.0\.0\.1:1"):
        await not_allowed(KafkaSettings(bootstrap="127.0.0.1:1"), ["any"])
