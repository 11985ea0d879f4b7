"""Positions for Kafka's own tools: the newest, as soon as Kafka takes it."""

from aiokafka.errors import GroupCoordinatorNotAvailableError, NodeNotReadyError

from actors.bus.positions import Positions


class Coordinator:
    """A client that keeps what it is told, or is told nothing."""

    def __init__(self):
        self.kept, self.requests, self.faults = {}, 0, []

    async def coordinator_lookup(self, kind, group):
        if self.faults and isinstance(self.faults[0], BaseException):
            raise self.faults.pop(0)
        return 1

    async def send(self, node, request, *, group):
        self.requests += 1
        code = self.faults.pop(0) if self.faults else 0
        if code == 0:
            for topic, partitions in request._topics:
                for partition, offset, _ in partitions:
                    self.kept[request._consumer_group, topic, partition] = offset

        class Response:
            topics = [(topic, [(partition, code) for partition, *_ in of]) for topic, of in request._topics]  # noqa: RUF012

        return Response


async def test_the_newest_of_each_lane_is_told_in_one_request_for_each_group():
    positions, client = Positions(), Coordinator()
    for offset in (1, 5):
        positions.note("enrichment", "lead.sourced", 0, offset)
    positions.note("enrichment", "lead.sourced", 1, 2)
    positions.note("scoring", "contact.verified", 0, 3)
    await positions.tell(client)
    assert client.kept == {
        ("enrichment", "lead.sourced", 0): 5,
        ("enrichment", "lead.sourced", 1): 2,
        ("scoring", "contact.verified", 0): 3,
    }
    assert client.requests == 2
    await positions.tell(client)
    assert client.requests == 2


async def test_what_kafka_does_not_take_is_told_again_unless_there_is_newer():
    positions, client = Positions(), Coordinator()
    positions.note("enrichment", "lead.sourced", 0, 1)
    positions.note("enrichment", "lead.sourced", 1, 1)
    for fault in (GroupCoordinatorNotAvailableError(), NodeNotReadyError(), 16):
        client.faults = [fault]
        await positions.tell(client)
        assert client.kept == {}
    positions.note("enrichment", "lead.sourced", 0, 4)
    await positions.tell(client)
    assert client.kept == {("enrichment", "lead.sourced", 0): 4, ("enrichment", "lead.sourced", 1): 1}
