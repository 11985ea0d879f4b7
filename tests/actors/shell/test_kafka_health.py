"""What the doctor says of Kafka, on a real database; where it says more than that none is there, with a real broker."""

import asyncio

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from actors.bus.settings import KafkaSettings
from actors.bus.topics import apply_topics, wanted_topics
from actors.engine.wiring import topics_of
from actors.shell.kafka_health import examine_kafka
from actors.shell.result import BAD, GOOD, NOTE
from tenants.store import carriers, log, outbox, roles, tenants
from tenants.store.carriers import KAFKA
from tests.conftest import LANES
from tests.kafka.broker import GUEST, PASSWORD, USER
from tests.kafka.carrier import settings_of
from tests.tenants.store.rows import entry

NONE = KafkaSettings()
AWAY = KafkaSettings(bootstrap="127.0.0.1:1")


async def use_kafka(database):
    async with database.system() as session:
        await carriers.use(session, KAFKA, topics_of())


async def hold(database, role):
    async with database.system() as session:
        await roles.claim(session, role, "somebody", 60.0)


async def found(database, kafka):
    return {result.subject: result for result in await examine_kafka(database, kafka)}


async def test_without_kafka_there_is_nothing_to_say(database):
    assert await found(database, NONE) == {}


async def test_an_installation_that_reads_kafka_needs_to_know_where_it_is(database):
    await use_kafka(database)
    result = (await found(database, NONE))["kafka"]
    assert result.state == BAD
    assert "LEADMILL_KAFKA_BOOTSTRAP is not set" in result.found


async def test_a_broker_that_is_away_and_a_bus_that_is_not_read_yet(database):
    results = await found(database, AWAY)
    assert (results["kafka"].state, results["relay"].state) == (BAD, NOTE)
    assert "127.0.0.1:1" in results["kafka"].found
    assert results["relay"].remedy == "`leadmill up`"


async def test_events_that_nobody_publishes(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id)])
    await use_kafka(database)
    await hold(database, "supervisor")
    result = (await found(database, AWAY))["relay"]
    assert (result.state, result.found) == (BAD, "nobody publishes; 1 events wait")
    await hold(database, outbox.ROLE)
    assert (await found(database, AWAY))["relay"].state == GOOD


@pytest.mark.kafka
async def test_topics_that_are_missing_too_short_or_otherwise_than_wished(database, broker):
    kafka = settings_of(broker)
    await use_kafka(database)
    result = (await found(database, kafka))["topics"]
    assert (result.state, result.remedy) == (BAD, "`leadmill topics apply`")
    assert "lead.sourced: topic missing" in result.found
    await apply_topics(kafka, wanted_topics(kafka, LANES, retention_h=1))
    result = (await found(database, kafka))["topics"]
    assert (result.state, "retention.ms" in result.found) == (NOTE, True)
    await apply_topics(kafka, wanted_topics(kafka, LANES))
    results = await found(database, kafka)
    assert {one.state for one in results.values()} == {GOOD}


def allow(broker, topic, *operations):
    """The guest may do this with these topics from now on."""
    rules = [
        AclBinding(
            ResourceType.TOPIC, topic, ResourcePatternType.PREFIXED, f"User:{GUEST}", "*", operation,
            AclPermissionType.ALLOW,
        )
        for operation in operations
    ]  # fmt: skip
    admin = AdminClient({"bootstrap.servers": broker.inside})
    for done in admin.create_acls(rules).values():
        done.result(timeout=30)


@pytest.mark.kafka
async def test_what_the_broker_does_not_let_us_do_is_named(database, secured_broker):
    login = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "password": PASSWORD}
    login["ca_file"] = secured_broker.ca_file
    master = settings_of(secured_broker.bootstrap, username=USER, **login)
    guest = master.model_copy(update={"username": GUEST})
    await use_kafka(database)
    result = (await found(database, guest))["permissions"]
    assert result.state == BAD
    assert f"{master.topic('lead.sourced')}: describe, read, write" in result.found
    await apply_topics(master, wanted_topics(master, LANES))
    allow(secured_broker, master.topic_prefix, AclOperation.READ)  # who may read may describe, too
    allow(secured_broker, master.topic("lead.s"), AclOperation.WRITE)

    async def told(subject, *states):
        """What is said of it: the broker takes a moment to know its own lists."""
        async with asyncio.timeout(30):
            while True:
                result = (await found(database, guest)).get(subject)
                if result is not None and result.state in states:
                    return result
                await asyncio.sleep(0.1)

    result = await told("permissions", BAD)
    assert f"{master.topic('lead.enriched')}: write" in result.found
    assert master.topic("lead.sourced") not in result.found
    allow(secured_broker, master.topic_prefix, AclOperation.WRITE)
    assert "DESCRIBE_CONFIGS" in (await told("topics", NOTE)).found
    allow(secured_broker, master.topic_prefix, AclOperation.DESCRIBE_CONFIGS)
    await told("topics", GOOD)
    assert {one.state for one in (await found(database, master)).values()} == {GOOD}
