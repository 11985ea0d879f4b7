"""What people do in the console: each act is a row that the database keeps, and somebody else carries out.

All of it goes through what the command line calls as well, which writes into the audit who did it.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tenants import content
from tenants.approvals import ActKind, Decision, may_decide
from tenants.budgets import Budgets
from tenants.content import WrongEdit
from tenants.identity import TenantId
from tenants.modes import Mode
from tenants.profiles import Profile
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import (
    approval_queue,
    approvals,
    audit,
    configuring,
    connections,
    failures,
    pins,
    profiles,
    spending,
    switches,
    tenants,
)
from tenants.store.approvals import NotDecidable
from tenants.store.failures import Retry, Which
from tenants.store.session import Database, Session

if TYPE_CHECKING:
    from scoring_models.lifecycle import Lifecycle, Moved

BULK_LIMIT = 1_000
_REFUSALS = (
    NotDecidable,
    WrongEdit,
    failures.NotInQueue,
    pins.NotScored,
    connections.Moved,
    configuring.ChangedMeanwhile,
    configuring.NothingChanged,
)


class Refused(Exception):
    """What a person wanted can't be done, or not any more. It says why."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Questions that can be decided together: which, why others can't, and what they all are in one word."""

    ids: tuple[UUID, ...]
    refused: Mapping[str, int]
    seen: str


class Acts:
    """The console's way of writing."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def switch(
        self,
        tenant_id: TenantId,
        agent: str,
        mode: Mode,
        *,
        by: str,
        reason: str | None = None,
        until: datetime | None = None,
    ) -> int:
        """How many held events go on because the agent works as usual again, or is held back less.

        With `until` it goes on by itself.
        """
        async with self.database.tenant(tenant_id) as session:
            return await switches.turn(session, agent, mode, by=by, reason=reason, until=until)

    async def decide(
        self,
        tenant_id: TenantId,
        approval_id: UUID,
        decision: Decision,
        *,
        by: str,
        seen: str,
        reason: str | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Decision:
        """What was decided: an approval with changes is an edit, unless nothing differs.

        `seen` is the hash of what the person saw. Raises Refused, which says who was quicker or what else is in
        the way.
        """
        async with self._session(tenant_id) as session:
            policy = (await tenants.configuration(session)).approvals
            edited = None
            if changes:
                found = await approval_queue.one(session, approval_id)
                if found is None:
                    raise Refused(f"There is no approval {approval_id}")
                edited = content.edited(found["content"], changes)
                if edited[1] == found["content_hash"]:
                    edited = None
            made = Decision.EDITED if edited is not None else decision
            await approvals.decide(
                session,
                approval_id,
                made,
                by=by,
                policy=policy,
                content_hash=seen,
                reason=reason,
                edited=edited,
            )
            return made

    async def set_aside(
        self, tenant_id: TenantId, approval_id: UUID, *, until: datetime | None, by: str
    ) -> None:
        """A question that is out of the way until then; None: it waits again. Raises Refused."""
        async with self._session(tenant_id) as session:
            await approval_queue.set_aside(session, approval_id, until=until, by=by)

    async def bulk(self, tenant_id: TenantId, kind: ActKind, *, by: str) -> Bulk:
        """What this person may decide together of all that waits about a kind of act. Nothing is changed."""
        async with self._session(tenant_id) as session:
            return (await self._bulk(session, kind, by))[0]

    async def decide_bulk(
        self,
        tenant_id: TenantId,
        kind: ActKind,
        decision: Decision,
        *,
        by: str,
        seen: str,
        reason: str | None = None,
    ) -> int:
        """How many were decided together, all or none. `seen` is what the dry run said of them.

        Raises Refused where the queue has changed since.
        """
        async with self._session(tenant_id) as session:
            bulk, rows = await self._bulk(session, kind, by)
            if not bulk.ids or bulk.seen != seen:
                raise Refused("The queue is not what you saw any more: look again")
            policy = (await tenants.configuration(session)).approvals
            for row in rows:
                await approvals.decide(
                    session,
                    row["id"],
                    decision,
                    by=by,
                    policy=policy,
                    content_hash=row["content_hash"],
                    reason=reason,
                )
            return len(rows)

    async def retry(
        self,
        tenant_id: TenantId,
        which: Which,
        *,
        by: str,
        dry_run: bool = False,
        new_input: Mapping[str, Any] | None = None,
    ) -> Retry:
        """What is tried again and what is not; with a new input, which goes with one run, from that one on."""
        async with self._session(tenant_id) as session:
            if new_input is not None and which.ids is not None:
                await failures.edit(session, which.ids[0], new_input, by=by)
            return await failures.retry(session, which, by=by, dry_run=dry_run)

    async def resolve(self, tenant_id: TenantId, which: Which, *, by: str, reason: str) -> int:
        """How many failures left the queue, since nothing more is to be done about them."""
        async with self._session(tenant_id) as session:
            return await failures.resolve(session, which, by=by, reason=reason)

    async def mute(self, tenant_id: TenantId, fingerprint: str, *, until: datetime | None, by: str) -> None:
        """A group of failures that nobody wants to hear of until then; None: it is heard of again."""
        async with self._session(tenant_id) as session:
            await failures.mute(session, fingerprint, until=until, by=by)

    async def assign(self, tenant_id: TenantId, fingerprint: str, *, to: str | None, by: str) -> None:
        """A group of failures that somebody looks after; None: nobody."""
        async with self._session(tenant_id) as session:
            await failures.assign(session, fingerprint, to=to, by=by)

    async def pin(self, tenant_id: TenantId, lead_id: UUID, tier: str, *, by: str, reason: str) -> None:
        """A lead at the top of this tier from now on, whatever models say. Raises Refused."""
        async with self._session(tenant_id) as session:
            await pins.pin(session, lead_id, pins.POINTS[tier], by=by, reason=reason)

    async def unpin(self, tenant_id: TenantId, lead_id: UUID, *, by: str) -> bool:
        """Whether the lead was pinned; it has the model's score again."""
        async with self._session(tenant_id) as session:
            return await pins.unpin(session, lead_id, by=by)

    async def change_profile(
        self, tenant_id: TenantId, profile: Profile, *, seen: str, by: str, reason: str
    ) -> int:
        """The version as which the tenant looks for others. Raises Refused, also where somebody was quicker."""
        async with self._session(tenant_id) as session:
            return await profiles.save(session, profile, seen=seen, by=by, reason=reason)

    async def change_budgets(
        self, tenant_id: TenantId, budgets: Budgets, *, seen: str, by: str, reason: str
    ) -> int:
        """The version as which these budgets hold from now on. Raises Refused, also where somebody was quicker."""
        async with self._session(tenant_id) as session:
            return await spending.save(session, budgets, seen=seen, by=by, reason=reason)

    async def promote_model(self, here: TenantId, of: TenantId | None, label: str, *, by: str) -> "Moved":
        """The proposed model judges from now on: the leads `of` a tenant, or everybody's. Raises Refused.

        Whoever's it is, it is in the audit of the tenant where it was done; so are the others.
        """
        with _refused():
            moved = await self._life(of).promote(by=by, label=label)
        await self._audit(here, by, "promote", label, of)
        return moved

    async def withdraw_model(self, here: TenantId, of: TenantId | None, *, by: str, reason: str) -> str:
        """The label of the model that is not proposed any more. Raises Refused."""
        with _refused():
            label = await self._life(of).withdraw(by=by, reason=reason)
        await self._audit(here, by, "withdraw", label, of, reason=reason)
        return label

    async def roll_back_model(self, here: TenantId, of: TenantId | None, *, by: str, reason: str) -> "Moved":
        """The model judges again that judged before the last promotion. Raises Refused."""
        with _refused():
            moved = await self._life(of).roll_back(by=by, reason=reason)
        await self._audit(here, by, "roll back", moved.before, of, reason=reason)
        return moved

    async def shadow_model(self, here: TenantId, of: TenantId | None, label: str | None, *, by: str) -> None:
        """A model that judges in the shadow from now on; None: no more. Raises Refused."""
        with _refused():
            await self._life(of).shadow(label, by=by)
        await self._audit(here, by, "shadow", label, of)

    async def _audit(
        self, here: TenantId, by: str, act: str, label: str | None, of: TenantId | None, **detail: Any
    ) -> None:
        whose = "everybody" if of is None else "this tenant"
        async with self.database.tenant(here) as session:
            await audit.write(
                session, by=by, act=act, subject=f"model {label or 'none'}", detail={"for": whose, **detail}
            )

    def _life(self, tenant_id: TenantId | None) -> "Lifecycle":
        # scikit-learn takes a second and a hundred megabytes, which a console that changes no model never spends
        from scoring_models.folder import ModelFolder
        from scoring_models.lifecycle import Lifecycle

        return Lifecycle(self.database, ModelFolder.of(StoreSettings()), tenant_id)

    async def write_key(
        self, tenant_id: TenantId, provider: str, key: str, *, by: str, seen: datetime | None
    ) -> None:
        """A new key for a provider, sealed at once; work that waited for it goes on. Raises Refused."""
        async with self._session(tenant_id) as session:
            await connections.write_key(session, _vault(), provider, key, by=by, seen=seen)

    async def set_pace(
        self, tenant_id: TenantId, provider: str, calls: int | None, *, by: str, seen: datetime | None
    ) -> None:
        """So many calls a minute to a provider at most; None: as the vendor allows. Raises Refused."""
        async with self._session(tenant_id) as session:
            await connections.set_pace(session, _vault(), provider, calls, by=by, seen=seen)

    async def amend(
        self, tenant_id: TenantId, changes: Mapping[str, Any], *, by: str, act: str, seen: int
    ) -> int:
        """The version of the configuration in which these parts are others. Raises Refused."""
        async with self._session(tenant_id) as session:
            return await configuring.amend(session, changes, by=by, act=act, seen=seen)

    @asynccontextmanager
    async def _session(self, tenant_id: TenantId) -> AsyncIterator[Session]:
        """A session in which what the store refuses is told to the person who wanted it."""
        try:
            async with self.database.tenant(tenant_id) as session:
                yield session
        except _REFUSALS as refusal:
            words = str(refusal)
            raise Refused(f"{words[:1].upper()}{words[1:]}") from None

    async def _bulk(
        self, session: Session, kind: ActKind, by: str
    ) -> tuple[Bulk, Sequence[Mapping[str, Any]]]:
        policy = (await tenants.configuration(session)).approvals
        rows, refused = [], dict[str, int]()
        for row in await approval_queue.waiting_of(session, kind, limit=BULK_LIMIT):
            if not policy.may_be_bulk([ActKind(one) for one in row["kinds"]]):
                reason = "the tenant's policy wants such acts decided one by one"
            elif not may_decide(policy, requested_by=row["requested_by"], by=by):
                reason = f"{by} has asked for them: somebody else must decide"
            else:
                rows.append(row)
                continue
            refused[reason] = refused.get(reason, 0) + 1
        all_of_them = hashlib.sha256("".join(f"{row['id']}{row['content_hash']}" for row in rows).encode())
        return Bulk(tuple(row["id"] for row in rows), refused, all_of_them.hexdigest()), rows


def _vault() -> Vault:
    return Vault.from_settings(StoreSettings())


@contextmanager
def _refused() -> Iterator[None]:
    """A block in which what is wrong with a model is told to the person who wanted something of it."""
    from scoring_models.errors import ScoringError

    try:
        yield
    except ScoringError as error:
        raise Refused(str(error).rstrip(".")) from None
