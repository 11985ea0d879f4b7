"""The life of a lane's lease: taken, renewed, moved on, given back, run out. One epoch may write, the youngest."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule

from tenants.store import lanes, log
from tenants.store.lanes import Fenced
from tests.tenants.store.machines import Life, live
from tests.tenants.store.rows import entry

AGENT, TOPIC = "enrichment", "lead.sourced"
LANES = (0, 1)


@dataclass
class Lane:
    """What must be true of a lane: the youngest epoch, the offset that it has come to, whether somebody is on it.

    The last is None as long as only examples before this one know it.
    """

    epoch: int
    offset: int
    leased: bool | None = None


class LeaseLife(Life):
    """Desks on two lanes; those that were followed by another go on as if they did not know."""

    leases = Bundle("leases")

    @initialize()
    def begin(self):
        self.tenant = self.ground.new_tenant()
        rows = self.run(
            self.ground.sql(
                self.tenant,
                "SELECT lane, epoch, next_offset FROM lane_lease WHERE agent = :agent",
                agent=AGENT,
            )
        )
        # a lease belongs to nobody's tenant: each example goes on where the one before it left the lanes
        self.lanes = {lane: Lane(0, 0) for lane in LANES}
        for row in rows:
            self.lanes[row["lane"]] = Lane(row["epoch"], row["next_offset"])
        self.written = self.in_log()

    @rule(
        target=leases, lane=st.sampled_from(LANES), owner=st.sampled_from(["one", "two"]), ttl=st.booleans()
    )
    def take(self, lane, owner, ttl):
        lease = self.in_session(lambda s: lanes.take(s, AGENT, lane, owner, 60.0 if ttl else -1.0))
        model = self.lanes[lane]
        model.epoch += 1
        model.leased = ttl
        assert (lease.epoch, lease.next_offset) == (model.epoch, model.offset)
        return lease

    @rule(lease=leases, further=st.integers(-3, 5))
    def write(self, lease, further):
        """An event said and the offset moved, in one transaction: both, or neither."""
        model = self.lanes[lease.lane]
        offset = max(0, model.offset + further)

        async def work(session):
            await log.append(session, [entry(self.tenant.id, lane=lease.lane)])
            await lanes.advance(session, lease, offset, 60.0)

        if self.ends_well(work, lease):
            model.offset = max(model.offset, offset)
            model.leased = True
            self.written[lease.lane] += 1

    def ends_well(self, work, lease):
        try:
            self.in_session(work)
        except Fenced:
            assert lease.epoch < self.lanes[lease.lane].epoch, "the youngest epoch was refused"
            return False
        assert lease.epoch == self.lanes[lease.lane].epoch, "an epoch that is over has written"
        return True

    @rule(lease=leases, behind=st.integers(0, 4))
    def written_while_another_takes_the_lane(self, lease, behind):
        """Either the write came first, and the taker knows of it, or it is refused."""
        model = self.lanes[lease.lane]
        offset = model.offset + behind

        async def write(session):
            await lanes.advance(session, lease, offset, 60.0)
            await log.append(session, [entry(self.tenant.id, lane=lease.lane)])

        was_youngest = lease.epoch == model.epoch
        wrote, taken = self.side_by_side(write, lambda s: lanes.take(s, AGENT, lease.lane, "racer", 60.0))
        model.epoch += 1
        model.leased = True
        assert taken.epoch == model.epoch
        if wrote is None:
            assert was_youngest
            model.offset = offset
            self.written[lease.lane] += 1
        else:
            assert isinstance(wrote, Fenced)
        assert taken.next_offset == model.offset

    @rule(target=leases, lane=st.sampled_from(LANES))
    def taken_by_two_at_once(self, lane):
        taken = self.side_by_side(*(lambda s, o=o: lanes.take(s, AGENT, lane, o, 60.0) for o in ("a", "b")))
        model = self.lanes[lane]
        assert sorted(lease.epoch for lease in taken) == [model.epoch + 1, model.epoch + 2]
        model.epoch += 2
        model.leased = True
        return taken[0]

    @rule(lease=leases)
    def give_back(self, lease):
        self.in_session(lambda s: lanes.release(s, lease))
        model = self.lanes[lease.lane]
        if lease.epoch == model.epoch:
            model.leased = False

    @invariant()
    def the_database_agrees(self):
        rows = self.run(
            self.ground.sql(
                self.tenant,
                "SELECT lane, epoch, next_offset, expires_at > clock_timestamp() AS leased FROM lane_lease "
                "WHERE agent = :agent",
                agent=AGENT,
            )
        )
        for row in rows:
            model = self.lanes[row["lane"]]
            assert (row["epoch"], row["next_offset"]) == (model.epoch, model.offset)
            assert model.leased in (None, row["leased"])
        assert self.in_log() == self.written

    def in_log(self):
        rows = self.run(
            self.ground.sql(
                self.tenant,
                "SELECT lane, next_offset AS events FROM log_head WHERE topic = :topic",
                topic=TOPIC,
            )
        )
        return Counter({row["lane"]: row["events"] for row in rows})


def test_only_the_youngest_epoch_of_a_lane_writes_and_its_offset_never_goes_back(database_url, vault):
    live(LeaseLife, database_url, vault)
