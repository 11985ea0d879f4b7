"""What the doctor looks at where events go over Kafka: the broker, its topics, and what waits for them."""

from actors.bus.base import CarrierAway
from actors.bus.settings import KafkaSettings, WrongSettings
from actors.engine.carriage import carrier
from actors.engine.supervision import ROLE
from actors.shell.result import BAD, GOOD, NOTE, Result
from tenants.store import carriers, lanes, outbox, roles
from tenants.store.carriers import KAFKA, LOG
from tenants.store.session import Database

_CAN_NOT_WORK = ("topic", "lanes")
# as many events as a relay that keeps up may have before it at any moment
_MANY_WAIT = 10_000


async def examine_kafka(database: Database, kafka: KafkaSettings) -> list[Result]:
    """Every result about Kafka; none where no broker is configured and none is needed."""
    async with database.system() as session:
        read = await carriers.current(session)
        number = await lanes.lane_count(session)
        waiting = await outbox.waiting(session)
        relaying = await roles.is_held(session, outbox.ROLE)
        running = await roles.is_held(session, ROLE)
    wished = carrier(kafka)
    if read == LOG == wished:
        return []
    if wished == LOG:
        remedy = "set it, or start once without it when nothing is on the way any more"
        return [Result("kafka", BAD, "events go over Kafka, and LEADMILL_KAFKA_BOOTSTRAP is not set", remedy)]
    results = await _broker(kafka, number)
    if read != KAFKA:
        remedy = "`leadmill down`, then `leadmill up`" if running else "`leadmill up`"
        return [*results, Result("relay", NOTE, "events go over Kafka from the next start on", remedy)]
    if running and not relaying:
        remedy = "look at the supervisor's log in the home; events wait in the log meanwhile"
        return [*results, Result("relay", BAD, f"nobody publishes; {waiting:,} events wait", remedy)]
    found = f"{waiting:,} events of the log wait to be published"
    if waiting > _MANY_WAIT:
        return [*results, Result("relay", NOTE, found, "the broker takes them more slowly than they come")]
    return [*results, Result("relay", GOOD, found)]


async def _broker(kafka: KafkaSettings, number: int) -> list[Result]:
    """The broker and its topics, as far as it lets us in."""
    from actors.bus.permissions import not_allowed  # Kafka's client takes a while to load
    from actors.bus.topics import NotAllowed, check_topics, wanted_topics

    wanted = wanted_topics(kafka, number)
    try:
        refused = await not_allowed(kafka, [one.name for one in wanted])
    except (CarrierAway, WrongSettings) as trouble:
        return [Result("kafka", BAD, str(trouble), "is it running, and are the settings right?")]
    results = [Result("kafka", GOOD, f"it answers at {kafka.bootstrap}")]
    if refused:
        told = "; ".join(f"{topic}: {', '.join(words)}" for topic, words in refused.items())
        remedy = "give this user READ, WRITE and DESCRIBE on these topics, in the broker's access lists"
        return [*results, Result("permissions", BAD, f"not allowed: {told}", remedy)]
    try:
        differences = await check_topics(kafka, wanted)
    except NotAllowed as refusal:
        remedy = "with it the doctor would see whether the topics are as they must be"
        return [*results, Result("topics", NOTE, str(refusal), remedy)]
    except CarrierAway as trouble:
        return [Result("kafka", BAD, str(trouble), "it has just answered: try again")]
    if not differences:
        return [*results, Result("topics", GOOD, f"all as they must be, each with {number} lanes")]
    grave = [one for one in differences if one.what in _CAN_NOT_WORK]
    told = "; ".join(f"{one.topic}: {one.what} {one.found}, not {one.wanted}" for one in grave or differences)
    return [*results, Result("topics", BAD if grave else NOTE, told, "`leadmill topics apply`")]
