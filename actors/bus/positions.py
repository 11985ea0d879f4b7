"""How far the mill has come, told to Kafka for those who watch lag with Kafka's own tools.

Nobody of ours reads it: where a lane goes on is in PostgreSQL.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, NoError, for_code
from aiokafka.protocol.commit import OffsetCommitRequest

logger = logging.getLogger(__name__)

Position = tuple[str, str, int]  # group, topic, partition


class Positions:
    """The newest position of each group in each lane, and the telling of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # noted by those who work, told by the thread that reads
        self._untold: dict[Position, int] = {}
        self._coordinators: dict[str, int] = {}

    def note(self, group: str, topic: str, partition: int, offset: int) -> None:
        """A position that is to be told with the next ones."""
        with self._lock:
            self._untold[group, topic, partition] = offset

    async def tell(self, client: AIOKafkaClient) -> None:
        """All positions that were not told yet; those that Kafka does not take are left for the next time."""
        with self._lock:
            untold, self._untold = self._untold, {}
        by_group: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
        for (group, topic, partition), offset in untold.items():
            by_group[group][topic, partition] = offset
        for group, positions in by_group.items():
            try:
                await self._tell_group(client, group, positions)
            except KafkaError as error:
                self._coordinators.pop(group, None)
                with self._lock:
                    for lane, offset in positions.items():
                        self._untold.setdefault((group, *lane), offset)  # unless there is a newer one
                logger.debug("group %s: its position is not kept: %s", group, error)

    async def _tell_group(
        self, client: AIOKafkaClient, group: str, positions: Mapping[tuple[str, int], int]
    ) -> None:
        if group not in self._coordinators:
            self._coordinators[group] = await client.coordinator_lookup(CoordinationType.GROUP, group)
        by_topic: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for (topic, partition), offset in positions.items():
            by_topic[topic].append((partition, offset, ""))
        nobody, no_generation = "", OffsetCommitRequest.DEFAULT_GENERATION_ID
        request = OffsetCommitRequest(
            group, no_generation, nobody, OffsetCommitRequest.DEFAULT_RETENTION_TIME, list(by_topic.items())
        )
        node = self._coordinators[group]
        response = await client.send(node, request, group=ConnectionGroup.COORDINATION)
        for _, partitions in response.topics:
            for _, code in partitions:
                if (fault := for_code(code)) is not NoError:
                    raise fault
