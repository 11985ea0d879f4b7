"""Topics at a real broker: made, compared, and put right as far as Kafka allows."""

from dataclasses import replace

import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from actors.bus.base import CarrierAway
from actors.bus.topics import Difference, WantedTopic, apply_topics, check_topics
from tests.kafka.carrier import settings_of

pytestmark = pytest.mark.kafka


def configs_of(broker, topic):
    resource = ConfigResource(ResourceType.TOPIC, topic)
    admin = AdminClient({"bootstrap.servers": broker})
    (future,) = admin.describe_configs([resource]).values()
    return {name: entry.value for name, entry in future.result(30).items()}


@pytest.fixture
def settings(broker):
    return settings_of(broker)


@pytest.fixture
def wanted(settings):
    return WantedTopic(settings.topic("lead.sourced"), lanes=2, retention_h=24, max_message_bytes=2_000_000)


async def test_a_missing_topic_is_told_made_and_then_right(broker, settings, wanted):
    missing = Difference(wanted.name, "topic", "2 lanes", "missing")
    assert await check_topics(settings, [wanted]) == [missing]
    assert await apply_topics(settings, [wanted]) == [replace(missing, is_mended=True)]
    assert await check_topics(settings, [wanted]) == []
    configs = configs_of(broker, wanted.name)
    assert configs["retention.ms"] == str(24 * 3_600_000)
    assert configs["max.message.bytes"] == "2000000"
    assert configs["cleanup.policy"] == "delete"
    assert configs["min.insync.replicas"] == "1"


async def test_lanes_are_added_and_never_taken_away(settings, wanted):
    await apply_topics(settings, [wanted])
    more, fewer = replace(wanted, lanes=5), replace(wanted, lanes=3)
    assert await apply_topics(settings, [more]) == [
        Difference(wanted.name, "lanes", "5", "2", is_mended=True)
    ]
    assert await check_topics(settings, [more]) == []
    assert await apply_topics(settings, [fewer]) == [Difference(wanted.name, "lanes", "3", "5")]
    assert await check_topics(settings, [more]) == []


async def test_settings_are_put_right_and_those_of_others_stay(broker, settings, wanted):
    await apply_topics(settings, [wanted])
    theirs = ConfigResource(
        ResourceType.TOPIC,
        wanted.name,
        incremental_configs=[
            ConfigEntry("segment.ms", "777000", incremental_operation=AlterConfigOpType.SET),
            ConfigEntry("retention.ms", "5", incremental_operation=AlterConfigOpType.SET),
        ],
    )
    admin = AdminClient({"bootstrap.servers": broker})
    for future in admin.incremental_alter_configs([theirs]).values():
        future.result(30)
    told = Difference(wanted.name, "retention.ms", str(24 * 3_600_000), "5")
    assert await check_topics(settings, [wanted]) == [told]
    assert await apply_topics(settings, [wanted]) == [replace(told, is_mended=True)]
    assert configs_of(broker, wanted.name)["segment.ms"] == "777000"
    assert await check_topics(settings, [wanted]) == []


async def test_replication_is_told_and_left(settings, wanted):
    await apply_topics(settings, [wanted])
    thrice = replace(wanted, replication=3, min_insync=1)
    assert await apply_topics(settings, [thrice]) == [Difference(wanted.name, "replication", "3", "1")]


async def test_what_the_broker_refuses_is_told_in_its_words(settings, wanted):
    with pytest.raises(CarrierAway, match=r"refuses topic .*lead\.sourced.*eplication"):
        await apply_topics(settings, [replace(wanted, replication=3)])


async def test_a_broker_that_is_away_is_told():
    settings = settings_of("127.0.0.1:1")
    with pytest.raises(CarrierAway, match="nobody listens there"):
        await check_topics(settings, [WantedTopic("any", 1, 1, 1_000_000)])
