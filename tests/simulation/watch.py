"""What must hold: some of it at every commit, the rest when a world has come to rest."""

import logging
from collections import Counter, defaultdict
from contextlib import contextmanager

import orjson

from actors.agents import all_agents
from tenants.identity import stable_id
from tests.simulation.scheduler import Process
from tests.simulation.store import Transaction

_RANK = {"sourced": 0, "enriched": 1, "contactable": 2, "scored": 3}
_SAID = {"lead.sourced": 0, "lead.enriched": 1, "contact.verified": 2, "lead.scored": 3}
_ENDED = frozenset({"done", "skipped", "failed", "resolved", "superseded"})
_UNDER_WAY = frozenset({"running", "retrying", "snoozed", "held", "awaiting_approval"})
_DIED = "process died"
_MOST_DEATHS = 3  # after so many in a row a run is given up, whether or not it was to blame


class Watch(logging.Handler):
    """The checker of one world, which also listens for faults in the works."""

    def __init__(self, world) -> None:
        super().__init__(logging.ERROR)
        self._world = world
        self._store = world.store
        self._topics = {name: agent.topic for name, agent in all_agents().items() if agent.effect is None}
        self.violations: list[str] = []
        self.leads = self.lost = self.doubled = self.deaths = 0
        self._flying: dict[str, list[Process]] = defaultdict(list)
        self._excused: Counter[str] = Counter()

    @contextmanager
    def listening(self):
        """What the works say is heard here and nowhere else, until the end of the block."""
        works = logging.getLogger("actors")
        was_heard, works.propagate = works.propagate, False
        works.addHandler(self)
        try:
            yield
        finally:
            works.removeHandler(self)
            works.propagate = was_heard

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        self.add(f"works: {record.getMessage()} {fault!r}")

    def add(self, sentence: str) -> None:
        self.violations.append(f"{sentence} (at {self._world.loop.now:.3f} s)")

    # --- billed calls

    def asked(self, process: Process, domain: str) -> None:
        """The vendor is paid from now on. Who was followed by another does not know what that one asks."""
        if process.is_followed:
            self._excused[domain] += 1
        else:
            self._flying[domain].append(process)

    def died(self, process: Process, *, is_death: bool = True) -> None:
        """A process that has ended, or was declared dead: what it had asked may be asked again."""
        self.deaths += is_death
        for domain, asking in self._flying.items():
            while process in asking:
                asking.remove(process)
                self._excused[domain] += 1

    # --- every commit

    def commit(self, transaction: Transaction) -> None:
        for lease in transaction.leases:
            row = transaction.get("lane_lease", (lease.agent, lease.lane))
            newest = self._store.rows("lane_lease")[lease.agent, lease.lane]["epoch"]
            if lease.epoch != max(row["epoch"], newest):
                self.add(f"epoch: {transaction.process} wrote with {lease.epoch} when there was {newest}")
        for (table, key), after in transaction.changes.items():
            before = self._store.rows(table).get(key)
            if table == "run":
                self._run(transaction, before, after)
            elif table == "lead" and before is not None:
                if _RANK[after["stage"]] < _RANK[before["stage"]]:
                    self.add(f"monotonic: a lead went from {before['stage']} back to {after['stage']}")
                if after["stage"] == "scored" and after["hold"] is not None:
                    self.add(f"monotonic: a scored lead is {after['hold']}")
            elif table == "lane_lease" and before is not None:
                self._offset(transaction, key, before["next_offset"], after["next_offset"])
            elif table == "provider_call" and after["answer"] is not None:
                self._answered(transaction.process, after)

    def _run(self, transaction: Transaction, before, after) -> None:
        if before is not None and before["status"] in _ENDED and after["status"] != before["status"]:
            self.add(f"ledger: a run of {after['agent']} that was {before['status']} is {after['status']}")
        if after["status"] in _ENDED and not transaction.leases:
            self.add(f"epoch: a run of {after['agent']} was ended in nobody's name")

    def _answered(self, process: Process, call) -> None:
        domain = orjson.loads(call["question"].partition(" ")[2])["domain"]
        if process in self._flying[domain]:
            self._flying[domain].remove(process)

    def _offset(self, transaction: Transaction, key, before: int, after: int) -> None:
        """What is behind an offset has a run that somebody will find again, or was sent on."""
        agent, lane = key
        if after < before:
            self.add(f"monotonic: {agent} on lane {lane} went from offset {before} back to {after}")
        for offset in range(before, after):
            entry = self._store.rows("log").get((self._topics[agent], lane, offset))
            if entry is None:
                self.add(f"gapless: {agent} on lane {lane} has passed {offset}, where there is nothing")
                continue
            run = transaction.get("run", (entry.tenant_id, stable_id(entry.tenant_id, agent, entry.event_id)))
            is_kept = run is not None and (run["status"] != "running" or run["due_at"] is not None)
            if not is_kept and not self._comes_again(transaction, agent, entry, (lane, after)):
                self.add(
                    f"lost: {agent} on lane {lane} has passed {offset}, whose event nobody will see again"
                )

    def _comes_again(self, transaction: Transaction, agent: str, entry, here) -> bool:
        """Whether the event stands further on as well, or was sent on to another lane that has yet to come to it."""
        leases = {
            lane: row["next_offset"]
            for (who, lane), row in self._store.rows("lane_lease").items()
            if who == agent
        }
        leases[here[0]] = here[1]
        places = [key for table, key in transaction.changes if table == "log"]
        return any(
            topic == entry.topic
            and offset >= leases.get(lane, 0)
            and transaction.get("log", (topic, lane, offset)).event_id == entry.event_id
            for topic, lane, offset in (*places, *self._store.rows("log"))
        )

    # --- at rest

    def is_drained(self) -> bool:
        """Whether every lane is read to its end, and no run is under way."""
        return not self._left_over()

    def _left_over(self) -> list[str]:
        left = []
        for (topic, lane), head in self._store.rows("log_head").items():
            for agent in [name for name, heard in self._topics.items() if heard == topic]:
                lease = self._store.rows("lane_lease").get((agent, lane)) or {"next_offset": 0}
                if lease["next_offset"] != head:
                    left.append(f"{agent} on lane {lane} is at {lease['next_offset']} of {head}")
        runs = Counter((one["agent"], one["status"]) for one in self._store.rows("run").values())
        left += [f"{n} runs of {who} are {how}" for (who, how), n in runs.items() if how in _UNDER_WAY]
        return left

    def at_the_end(self) -> None:
        """Everything that can only be seen when nothing moves any more."""
        for sentence in self._left_over():
            self.add(f"drained: {sentence}")
        for fault in self._world.loop.errors:
            self.add(f"works: {fault}")
        if letters := len(self._store.rows("dead_letter")):
            self.add(f"drained: {letters} events were buried as dead letters")
        self._gapless()
        self._once()
        self._conserved()
        self._billed()
        for row in self._store.rows("approval").values():
            if row["status"] not in ("executed", "rejected", "superseded", "failed"):
                self.add(f"approvals: one has been left {row['status']}")

    def _gapless(self) -> None:
        places = defaultdict(list)
        for topic, lane, offset in self._store.rows("log"):
            places[topic, lane].append(offset)
        for head, offsets in places.items():
            if sorted(offsets) != list(range(self._store.rows("log_head")[head])):
                self.add(f"gapless: {head} has the offsets {sorted(offsets)}")

    def _once(self) -> None:
        """Each step of a lead was said once, by one event, and none that it has not come to."""
        said = defaultdict(set)
        rows = Counter()
        for (topic, lane, _), entry in self._store.rows("log").items():
            rows[topic, lane, entry.event_id] += 1
            if topic in _SAID:
                said[entry.subject, topic].add(entry.event_id)
        for (topic, lane, event_id), number in rows.items():
            # what was sent on to another lane may be sent on again after a death, and is known there by its run
            if (
                number > 1
                and (topic, event_id) not in self._world.repeated
                and not self._world.faults["scaled"]
            ):
                self.doubled += 1
                self.add(f"once: an event of {topic} stands {number} times on lane {lane}")
        leads = {str(key[1]): lead for key, lead in self._store.rows("lead").items()}
        for lead_id, lead in leads.items():
            for topic, rank in _SAID.items():
                wanted = int(rank <= _RANK[lead["stage"]])
                found = len(said.pop((lead_id, topic), ()))
                if found != wanted:
                    self.doubled += max(0, found - wanted)
                    self.add(f"once: a lead that is {lead['stage']} was said to be {topic} by {found} events")
        if said:
            self.add(f"once: {len(said)} events are about leads that do not exist")

    def _conserved(self) -> None:
        """Every row that was asked for is a lead, and every lead ended as its company lets it."""
        for tenant_id, asked in self._world.asked.items():
            tallies = [row for key, row in self._store.rows("source_tally").items() if key[0] == tenant_id]
            leads = {key: lead for key, lead in self._store.rows("lead").items() if key[0] == tenant_id}
            self.leads += len(leads)
            given_up = sum(
                self._rows_given_up(run)
                for key, run in self._store.rows("run").items()
                if key[0] == tenant_id
            )
            counted = {sum(one.read for one in tallies), sum(one.sourced for one in tallies), len(leads)}
            if counted != {asked - given_up}:
                self.lost += max(0, asked - given_up - len(leads))
                self.add(f"conservation: of {asked} rows {len(leads)} are leads, and {tallies} were counted")
            for (_, lead_id), lead in leads.items():
                self._ended_well(tenant_id, lead_id, lead)

    def _rows_given_up(self, run) -> int:
        """The rows of a part of a list whose run was near when processes died often enough."""
        is_given_up = run["status"] == "failed" and _DIED in run["reason"] and self.deaths >= _MOST_DEATHS
        if run["agent"] != "lead_source" or not is_given_up:
            return 0
        return len(orjson.loads(run["input"])["rows"])

    def _ended_well(self, tenant_id, lead_id, lead) -> None:
        domain = self._store.rows("account")[tenant_id, lead["account_id"]].domain
        kind = self._world.vendor.kinds[domain]
        ended = "scored" if lead["stage"] == "scored" else lead["hold"]
        wanted = {"unknown": {"skipped"}, "refused": {"failed"}, "poison": {"failed"}}.get(kind, {"scored"})
        if kind == "doubtful":
            wanted = {"scored", "skipped"}
        if ended in wanted:
            return
        # who stands near when processes die often enough is given up, too
        if ended == "failed" and self.deaths >= _MOST_DEATHS and _DIED in (lead["hold_reason"] or ""):
            return
        self.lost += ended is None
        self.add(f"conservation: the lead of a company that is {kind} ended {ended}: {lead['hold_reason']}")

    def _billed(self) -> None:
        for domain, times in self._world.vendor.billed.items():
            if times > 1 + self._excused[domain]:
                more = self._excused[domain]
                self.add(f"billing: {domain} was billed {times} times, and {more} deaths excuse that")
