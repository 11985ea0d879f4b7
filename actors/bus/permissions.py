"""What the broker lets this user do with topics: asked of the broker itself, which tells nobody else."""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from actors.bus.connection import away, client_options, cut
from actors.bus.settings import KafkaSettings

#: what is needed of a topic, and the bit that says so in the broker's answer
_NEEDED = {"describe": 8, "read": 3, "write": 4}


async def not_allowed(settings: KafkaSettings, topics: Sequence[str]) -> dict[str, list[str]]:
    """What this user may not do with these topics, for each where there is something: describe, read or write.

    The topics are named as the broker knows them; those that do not exist are left out. A broker without access
    control allows everything. Raises CarrierAway where the broker does not say.
    """
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        answer = (await admin._send_request(_Question(topics))).to_object()
    except (KafkaError, OSError, TimeoutError) as error:
        raise await away(settings, error) from None
    finally:
        await cut(admin._client)
    found = {}
    for one in answer["topics"]:
        if one["error_code"] == TopicAuthorizationFailedError.errno:
            found[one["topic"]] = list(_NEEDED)
        elif one["error_code"] == 0:
            refused = [word for word, bit in _NEEDED.items() if not one["operations"] >> bit & 1]
            if refused:
                found[one["topic"]] = refused
    return found


class _MetadataResponse(Response):  # type: ignore[misc]
    """Version 8, the last that aiokafka's plain structures can read; aiokafka itself ends at 5."""

    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("operations", Int32),
            ),
        ),
        ("cluster_operations", Int32),
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_operations", Boolean),
        ("include_topic_operations", Boolean),
    )


class _Question(Request[_MetadataRequest]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        return request_struct_class(self._topics, False, False, True)
