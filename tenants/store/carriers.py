"""Which bus carries this installation's events, and what is known of it."""

from collections.abc import Mapping, Sequence

from tenants.store import outbox
from tenants.store.columns import unnest
from tenants.store.session import Session

LOG, KAFKA = "log", "kafka"


class EventsLeft(Exception):
    """Events on their way would be lost by this; the message says what to do."""


async def current(session: Session) -> str:
    """The bus that this installation reads."""
    return str(await session.value("SELECT carrier FROM installation"))


async def use(session: Session, carrier: str, topics_of: Mapping[str, str]) -> bool:
    """Whether the bus was changed: from now on these agents read this one, and whoever reads the other is fenced.

    From the log to Kafka, what some agent has not read is published and read there. Back, everything must have
    been read first. Raises EventsLeft where it was not.
    """
    before = await session.value("SELECT carrier FROM installation FOR UPDATE")
    if before == carrier:
        return False
    agents = {"agents": list(topics_of), "topics": list(topics_of.values())}
    if carrier == LOG and (left := await session.value(_LEFT, **agents)):
        raise EventsLeft(
            f"{left} events are on their way through Kafka: start once more with LEADMILL_KAFKA_BOOTSTRAP, and "
            "leave it out when `leadmill status` says that nothing waits"
        )
    if carrier == KAFKA:
        await session.run(_PUBLISHED_SO_FAR, **agents)
    await session.run("UPDATE lane_lease SET epoch = epoch + 1, next_offset = 0")
    if carrier == LOG:
        await session.run(_READ_SO_FAR, **agents)
    await session.run("UPDATE installation SET carrier = :carrier", carrier=carrier)
    return True


async def reached(session: Session, topics_of: Mapping[str, str]) -> dict[tuple[str, int], int]:
    """How long each lane of Kafka certainly was by now: as it was seen, or as far as some agent has read."""
    rows = await session.rows(
        f"""
        SELECT topic, lane, max(next_offset) AS next_offset FROM (
            SELECT topic, lane, next_offset FROM kafka_head
            UNION ALL SELECT reader.topic, l.lane, l.next_offset FROM {_READERS}
            JOIN lane_lease l ON l.agent = reader.agent WHERE (SELECT carrier FROM installation) = 'kafka'
        ) known GROUP BY topic, lane
        """,
        agents=list(topics_of),
        topics=list(topics_of.values()),
    )
    return {(row["topic"], row["lane"]): row["next_offset"] for row in rows}


async def see_heads(
    session: Session,
    heads: Mapping[tuple[str, int], int],
    topics_of: Mapping[str, str],
    *,
    before: Mapping[tuple[str, int], int],
) -> list[tuple[str, int]]:
    """How long the lanes of Kafka are, remembered for whoever counts what waits.

    `before` is what was `reached` before anybody looked. A lane that is shorter than that was made anew, and what
    it held is made up for. Those lanes are returned. Of two who looked, the older news is left out.
    """
    given = {
        "topic": [topic for topic, _ in heads],
        "lane": [lane for _, lane in heads],
        "next_offset": list(heads.values()),
    }
    anew = [lane for lane, head in heads.items() if head < before.get(lane, 0)]
    await make_up(session, anew, topics_of)
    await session.run(
        f"""
        INSERT INTO kafka_head AS h (topic, lane, next_offset)
        SELECT topic, lane, next_offset FROM {_GIVEN}
        ORDER BY topic, lane
        ON CONFLICT (topic, lane) DO UPDATE SET next_offset = EXCLUDED.next_offset
        WHERE h.next_offset < EXCLUDED.next_offset
        """,
        **given,
    )
    return anew


async def make_up(session: Session, anew: Sequence[tuple[str, int]], topics_of: Mapping[str, str]) -> None:
    """These lanes of Kafka have lost what they held: published again, and read from their beginning."""
    if not anew:
        return
    lost = {"topic": [topic for topic, _ in anew], "lane": [lane for _, lane in anew]}
    for table in ("relay_position", "kafka_head"):
        await session.run(
            f"DELETE FROM {table} t USING {_LOST} WHERE (t.topic, t.lane) = (given.topic, given.lane)", **lost
        )
    await session.run(_READ_AGAIN, **lost, agents=list(topics_of), topics=list(topics_of.values()))
    # a relay that is publishing just now must not remember a place that is none any more
    await outbox.depose(session)


_GIVEN = unnest(topic="text", lane="int", next_offset="bigint")
_LOST = unnest(topic="text", lane="int")
_READERS = "unnest(CAST(:agents AS text[]), CAST(:topics AS text[])) AS reader(agent, topic)"
# what has not reached Kafka yet, and what lies there and is not read
_LEFT = f"""
    SELECT (SELECT COALESCE(sum(h.next_offset - COALESCE(p.next_offset, 0)), 0)
            FROM log_head h LEFT JOIN relay_position p USING (topic, lane))
         + (SELECT COALESCE(sum(h.next_offset - COALESCE(l.next_offset, 0)), 0)
            FROM {_READERS} JOIN kafka_head h ON h.topic = reader.topic
            LEFT JOIN lane_lease l ON l.agent = reader.agent AND l.lane = h.lane)
"""
# what every one of its readers has read needs not be carried; a topic without readers is for others
_PUBLISHED_SO_FAR = f"""
    INSERT INTO relay_position (topic, lane, next_offset)
    SELECT h.topic, h.lane, min(CASE WHEN reader.agent IS NULL THEN 0 ELSE COALESCE(l.next_offset, 0) END)
    FROM log_head h LEFT JOIN {_READERS} ON reader.topic = h.topic
    LEFT JOIN lane_lease l ON l.agent = reader.agent AND l.lane = h.lane
    GROUP BY h.topic, h.lane
    ON CONFLICT (topic, lane) DO UPDATE
    SET next_offset = GREATEST(relay_position.next_offset, EXCLUDED.next_offset)
"""
_READ_AGAIN = f"""
    UPDATE lane_lease l SET epoch = epoch + 1, next_offset = 0
    FROM {_LOST} JOIN {_READERS} ON reader.topic = given.topic
    WHERE l.agent = reader.agent AND l.lane = given.lane
"""
_READ_SO_FAR = f"""
    INSERT INTO lane_lease (agent, lane, next_offset)
    SELECT reader.agent, h.lane, h.next_offset FROM {_READERS} JOIN log_head h ON h.topic = reader.topic
    ON CONFLICT (agent, lane) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""
