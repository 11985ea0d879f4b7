"""The life of money under ceilings: reserved before a call, spent or given back after it, and never above them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, multiple, rule

from tenants.budgets import Ceiling
from tenants.store import calls
from tenants.store.calls import CallEnd, CallStart
from tests.tenants.store.machines import Life, live

CEILINGS = (
    Ceiling("lead", "l", Decimal(6)),
    Ceiling("day", "2026-05-01", Decimal(9)),
    Ceiling("total", "", Decimal(20)),
)
PRICES = st.integers(0, 4).map(Decimal)
OVER = st.sampled_from([CEILINGS, CEILINGS[1:], CEILINGS[2:], CEILINGS[:1]])


@dataclass
class Call:
    """What must be true of a call that was allowed: where it stands, and what it has cost."""

    start: CallStart
    state: str = "reserved"
    cost: Decimal = Decimal(0)

    @property
    def counts(self):
        return self.start.cost_usd if self.state == "reserved" else self.cost


class BudgetLife(Life):
    """Calls that are reserved alone, together and side by side, settled once or again, and made again."""

    starts = Bundle("starts")

    @initialize()
    def begin(self):
        self.tenant = self.ground.new_tenant()
        self.calls: dict[UUID, Call] = {}

    def used(self, ceiling):
        return sum(
            (call.counts for call in self.calls.values() if ceiling in call.start.ceilings), Decimal(0)
        )

    def broken_by(self, start):
        return next((c for c in start.ceilings if self.used(c) + start.cost_usd > c.limit_usd), None)

    @rule(target=starts, price=PRICES, ceilings=OVER)
    def wish(self, price, ceilings):
        """A call that somebody wants to make; nothing is written yet."""
        return CallStart(uuid4(), uuid4(), "apollo", "q", price, ceilings)

    @rule(start=starts)
    def reserve(self, start):
        """Reserved twice is reserved once; a call that failed is reserved anew; what is answered is kept."""
        known = self.calls.get(start.id)
        needs_money = known is None or known.state == "failed"
        broken = self.broken_by(start) if needs_money else None
        reserved = self.in_session(lambda s: calls.reserve(s, [start]))
        assert reserved.forbidden == ({start.id: broken} if broken else {})
        assert set(reserved.kept) == ({start.id} if known and known.state == "answered" else set())
        if needs_money and not broken:
            self.calls[start.id] = Call(start, cost=known.cost if known else Decimal(0))

    @rule(target=starts, prices=st.lists(PRICES, min_size=2, max_size=4), ceilings=OVER)
    def reserve_side_by_side(self, prices, ceilings):
        """Whoever comes first is PostgreSQL's to say; what was allowed together stays under every ceiling."""
        wanted = [CallStart(uuid4(), uuid4(), "apollo", "q", price, ceilings) for price in prices]
        reserved = self.side_by_side(*(lambda s, one=one: calls.reserve(s, [one]) for one in wanted))
        for start, came in zip(wanted, reserved, strict=True):
            if start.id not in came.forbidden:
                self.calls[start.id] = Call(start)
        for ceiling in ceilings:
            assert self.used(ceiling) <= ceiling.limit_usd
        for start, came in zip(wanted, reserved, strict=True):
            if (
                start.id in came.forbidden
            ):  # money only ever becomes less here: what was refused is still too much
                assert self.broken_by(start) is not None
        return multiple(*wanted)

    @rule(start=starts, less=st.integers(0, 2))
    def answered(self, start, less):
        """Settled twice counts once."""
        cost = max(Decimal(0), start.cost_usd - less)
        end = CallEnd(start.id, "answered", Decimal(1), cost, "{}", is_budgeted=True)
        known = self.calls.get(start.id)
        if known is None or known.state != "reserved":
            # whoever is not sure asks first which of them are unanswered
            assert self.in_session(lambda s: calls.unanswered(s, [end])) == (
                [end] if known is not None and known.state == "failed" else []
            )
            return
        for _ in range(2):
            self.in_session(lambda s: self.settle_unless_answered(s, end))
        self.calls[start.id] = Call(start, "answered", known.cost + cost)

    async def settle_unless_answered(self, session, end):
        await calls.settle(session, await calls.unanswered(session, [end]))

    @rule(start=starts)
    def failed(self, start):
        """A failure gives everything back, and takes no answer away."""
        end = CallEnd(start.id, "failed", Decimal(0), Decimal(0), None, is_budgeted=True)
        self.in_session(lambda s: calls.settle(s, [end]))
        known = self.calls.get(start.id)
        if known is not None and known.state == "reserved":
            self.calls[start.id] = Call(start, "failed", known.cost)

    @invariant()
    def the_books_are_right(self):
        rows = self.run(
            self.ground.sql(
                self.tenant,
                "SELECT scope, key, reserved_usd, spent_usd FROM budget_use WHERE tenant_id = :tenant",
            )
        )
        books = {(row["scope"], row["key"]): row for row in rows}
        for ceiling in CEILINGS:
            over = [call for call in self.calls.values() if ceiling in call.start.ceilings]
            reserved = sum((c.start.cost_usd for c in over if c.state == "reserved"), Decimal(0))
            spent = sum((c.cost for c in over if c.state != "reserved"), Decimal(0))
            row = books.get((ceiling.scope, ceiling.key), {"reserved_usd": 0, "spent_usd": 0})
            assert (row["reserved_usd"], row["spent_usd"]) == (reserved, spent)
            assert reserved + spent <= ceiling.limit_usd

    @invariant()
    def the_ledger_agrees(self):
        rows = self.run(
            self.ground.sql(
                self.tenant, "SELECT id, state, cost_usd FROM provider_call WHERE tenant_id = :tenant"
            )
        )
        assert {row["id"]: (row["state"], row["cost_usd"]) for row in rows} == {
            call_id: (call.state, call.cost) for call_id, call in self.calls.items()
        }


def test_no_ceiling_is_broken_and_the_books_are_right_after_every_step(database_url, vault):
    live(BudgetLife, database_url, vault)
