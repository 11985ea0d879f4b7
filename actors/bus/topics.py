"""The topics of a Kafka broker: what ours must be like, what differs, and what can be put right."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NoError, TopicAuthorizationFailedError, for_code

from actors.bus.base import CarrierAway
from actors.bus.connection import away, client_options, cut
from actors.bus.settings import KafkaSettings
from actors.events import event_types

RETENTION_H = 168
_SET_ON_THE_TOPIC = 1  # where a broker says that a value comes from
_LONGEST_REPLICATION = 3
_LOOKS, _LOOK_AGAIN_S = 200, 0.05


class NotAllowed(CarrierAway):
    """The broker does not let this user see what a topic is like."""


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """A topic as it should be. Without a replication: three, or as many as there are brokers."""

    name: str
    lanes: int
    retention_h: int
    max_message_bytes: int
    replication: int | None = None
    min_insync: int | None = None

    def configs(self, replication: int) -> dict[str, str]:
        """Its settings at the broker, by Kafka's names for them."""
        in_sync = self.min_insync if self.min_insync is not None else max(1, replication - 1)
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_h * 3_600_000),
            "min.insync.replicas": str(in_sync),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "CreateTime",
        }


def wanted_topics(
    settings: KafkaSettings,
    lanes: int,
    *,
    retention_h: int = RETENTION_H,
    replication: int | None = None,
    min_insync: int | None = None,
) -> list[WantedTopic]:
    """One topic for each kind of event, with as many partitions as there are lanes."""
    return [
        WantedTopic(
            settings.topic(kind), lanes, retention_h, settings.max_message_bytes, replication, min_insync
        )
        for kind in event_types()
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a topic that is not as it should be, and whether it was put right."""

    topic: str
    what: str
    wanted: str
    found: str
    is_mended: bool = False


async def check_topics(settings: KafkaSettings, wanted: Sequence[WantedTopic]) -> list[Difference]:
    """What differs from what is wanted; nothing is changed.

    Raises CarrierAway where the broker does not say, NotAllowed where it does not to this user.
    """
    async with _admin(settings) as admin:
        return [fault for one in wanted for fault in await _differences(admin, one, await _found(admin, one))]


async def apply_topics(settings: KafkaSettings, wanted: Sequence[WantedTopic]) -> list[Difference]:
    """What differed, each put right as far as Kafka allows.

    A topic can be given more lanes, never fewer; its replication is for the broker's own tools. Settings that
    we do not name stay as they are. Raises CarrierAway where the broker refuses or does not answer.
    """
    mended = []
    async with _admin(settings) as admin:
        for one in wanted:
            found = await _found(admin, one)
            for difference in await _differences(admin, one, found):
                done = await _mend(admin, one, found, difference)
                mended.append(
                    Difference(difference.topic, difference.what, difference.wanted, difference.found, done)
                )
    return mended


@dataclass(frozen=True, slots=True)
class _Found:
    """A topic as it is."""

    partitions: int
    replication: int
    configs: Mapping[str, str]
    own_configs: Mapping[str, str]


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError, TimeoutError) as error:
        raise await away(settings, error) from None
    finally:
        await cut(admin._client)


async def _found(admin: AIOKafkaAdminClient, one: WantedTopic) -> _Found | None:
    """The topic, or None where there is none."""
    (told,) = await admin.describe_topics([one.name])
    _must_be_allowed(told["error_code"], "DESCRIBE", one)
    if not told["partitions"]:
        return None
    (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, one.name)])
    (code, _, _, _, entries) = response.resources[0]
    _must_be_allowed(code, "DESCRIBE_CONFIGS", one)
    return _Found(
        partitions=len(told["partitions"]),
        replication=min(len(partition["replicas"]) for partition in told["partitions"]),
        configs={entry[0]: entry[1] for entry in entries},
        own_configs={entry[0]: entry[1] for entry in entries if entry[3] == _SET_ON_THE_TOPIC},
    )


def _must_be_allowed(code: int, operation: str, one: WantedTopic) -> None:
    if code == TopicAuthorizationFailedError.errno:
        raise NotAllowed(f"this user needs {operation} on topic {one.name}")


async def _differences(
    admin: AIOKafkaAdminClient, one: WantedTopic, found: _Found | None
) -> list[Difference]:
    replication = one.replication or min(_LONGEST_REPLICATION, len(admin._client.cluster.brokers()))
    if found is None:
        return [Difference(one.name, "topic", f"{one.lanes} lanes", "missing")]
    wanted = {"lanes": str(one.lanes), "replication": str(replication)} | one.configs(replication)
    is_like = {"lanes": str(found.partitions), "replication": str(found.replication)} | dict(found.configs)
    return [
        Difference(one.name, what, value, is_like.get(what, ""))
        for what, value in wanted.items()
        if is_like.get(what) != value
    ]


async def _mend(
    admin: AIOKafkaAdminClient, one: WantedTopic, found: _Found | None, difference: Difference
) -> bool:
    """Whether the difference is gone."""
    replication = one.replication or min(_LONGEST_REPLICATION, len(admin._client.cluster.brokers()))
    if found is None:
        topic = NewTopic(one.name, one.lanes, replication, topic_configs=one.configs(replication))
        response = await admin.create_topics([topic])
        _raise_faults((name, code, *rest) for name, code, *rest in response.topic_errors)
        await _seen(admin, one)
        return True
    if difference.what == "replication":
        return False
    if difference.what == "lanes":
        if one.lanes < found.partitions:
            return False
        await admin.create_partitions({one.name: NewPartitions(one.lanes)})
        await _seen(admin, one)
        return True
    # this replaces all that is set on the topic, so what is not ours goes along
    configs = dict(found.own_configs) | one.configs(replication)
    responses = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, one.name, configs)])
    _raise_faults((name, code, text) for one in responses for code, text, _, name in one.resources)
    return True


async def _seen(admin: AIOKafkaAdminClient, one: WantedTopic) -> None:
    """The topic with all its lanes is known to the brokers, who hear of it a moment after it was made."""
    for _ in range(_LOOKS):
        found = await _found(admin, one)
        if found is not None and found.partitions >= one.lanes:
            return
        await asyncio.sleep(_LOOK_AGAIN_S)
    raise CarrierAway(f"topic {one.name} was made, and the brokers do not show it")


def _raise_faults(answers: Any) -> None:
    for name, code, *rest in answers:
        if (fault := for_code(code)) is not NoError:
            raise CarrierAway(f"Kafka refuses topic {name}: {' '.join(map(str, rest)) or fault.__name__}")
