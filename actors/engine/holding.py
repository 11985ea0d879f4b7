"""Outcomes that wait for a person: written down as they are, and read back when somebody has decided.

What is applied after an approval is what the agent decided then, not what it would decide now: the agent does
not run twice, and no provider is paid twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from actors.core.effects import Effect, EnrolContact, WriteProspect
from actors.core.errors import CannotTell
from actors.core.outcome import Act, Done
from actors.events.envelope import Payload
from tenants.approvals import ActKind, ApprovalPolicy
from tenants.content import apart, canonical, hashed, together
from tenants.identity import stable_id
from tenants.records import Account, AccountIdentifier, AccountReview, Lead, SourceTally
from tenants.saved import Saved
from tenants.store.approvals import Held
from tenants.store.columns import to_json

_RECORDS: dict[str, type[BaseModel]] = {kind.__name__: kind for kind in get_args(Saved)}
_EFFECTS: dict[str, type[Effect]] = {kind.__name__: kind for kind in (EnrolContact, WriteProspect)}


class WrongContent(ValueError):
    """A content that is no outcome, or is about something else."""


def in_doubt(outcome: Done, doubt: CannotTell) -> Done:
    """The outcome with its effect under another key, which a person must allow: it may have been done already."""
    assert outcome.effect is not None
    return replace(outcome, effect=outcome.effect.again(), acts=(Act(ActKind.SEND_AGAIN, str(doubt)),))


def held(
    outcome: Done,
    acts: tuple[Act, ...],
    *,
    run_id: UUID,
    attempt: int,
    agent: str,
    lead_id: UUID | None,
    requested_by: str | None,
    policy: ApprovalPolicy,
    now: datetime,
    cost_usd: Any,
) -> Held:
    """The outcome as a question to a person."""
    content = canonical(write(outcome))
    return Held(
        id=stable_id("approval", run_id, attempt, hashed(content)),
        run_id=run_id,
        agent=agent,
        lead_id=lead_id,
        requested_by=requested_by,
        expires_at=now + timedelta(hours=policy.expires_after_h),
        acts=to_json([{"kind": act.kind, "why": act.why, "amount": act.amount} for act in acts]),
        content=content,
        content_hash=hashed(content),
        cost_usd=cost_usd,
        owner=policy.owner,
        escalate_to=policy.escalate_to,
        escalate_at=now + timedelta(hours=policy.escalate_after_h) if policy.escalate_after_h else None,
    )


def write(outcome: Done) -> dict[str, Any]:
    """What an outcome would change, as JSON values."""
    return {
        "new": [_written(type(record).__name__, record) for record in outcome.new],
        "save": [_written(type(record).__name__, record) for record in outcome.save],
        "say": [_written(payload.type, payload) for payload in outcome.say],
        "output": orjson.loads(to_json(outcome.output)),
        "effect": _written(type(outcome.effect).__name__, outcome.effect)
        if outcome.effect is not None
        else None,
    }


def read(document: Any, types: Mapping[str, type[Payload]]) -> Done:
    """The outcome that was written down. Raises WrongContent for what is none."""
    try:
        return Done(
            new=tuple(_read(one, _RECORDS) for one in document["new"]),
            save=tuple(_read(one, _RECORDS) for one in document["save"]),
            say=tuple(_read(one, types) for one in document["say"]),
            output=dict(document["output"]),
            # what was held by an older build knew of none
            effect=_read(document["effect"], _EFFECTS) if document.get("effect") is not None else None,
        )
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise WrongContent(f"{error.title}: {'; '.join(faults)}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise WrongContent(f"no outcome: {error}") from None


def edited(document: Any, original: Any, types: Mapping[str, type[Payload]]) -> tuple[str, str]:
    """An edited content and its hash.

    Raises WrongContent where it is no outcome, or where it is about other things than the original.
    """
    changed = write(read(document, types))
    if list(_identities(changed)) != list(_identities(write(read(original, types)))):
        raise WrongContent("it is about other things than the original: ids and kinds can't be edited")
    content = canonical(changed)
    return content, hashed(content)


def without(outcome: Done, known: frozenset[UUID]) -> Done:
    """The outcome without accounts that the tenant has got meanwhile, without their leads, and without saying so."""
    accounts = {record.id for record in outcome.new if isinstance(record, Account)} & known
    if not accounts:
        return outcome
    leads = {
        record.id for record in outcome.new if isinstance(record, Lead) and record.account_id in accounts
    }
    save = tuple(
        record.model_copy(
            update={
                "sourced": record.sourced - len(accounts),
                "duplicates": record.duplicates + len(accounts),
            }
        )
        if isinstance(record, SourceTally)
        else record
        for record in outcome.save
        if not (
            (isinstance(record, AccountReview) and {record.account_id, record.other_id} & accounts)
            or (isinstance(record, AccountIdentifier) and record.account_id in accounts)
        )
    )
    return Done(
        new=tuple(record for record in outcome.new if record.id not in accounts | leads),
        save=save,
        say=tuple(payload for payload in outcome.say if payload.concerns not in leads),
        output=outcome.output,
    )


def _written(kind: str, value: BaseModel) -> dict[str, Any]:
    return together(kind, value.model_dump(mode="json"))


def _read(document: Mapping[str, Any], kinds: Mapping[str, type[BaseModel]]) -> Any:
    kind, rest = apart(document)
    if kind not in kinds:
        raise ValueError(f"there is nothing called {kind!r}")
    return kinds[kind].model_validate(rest)


def _identities(document: Mapping[str, Any]) -> Any:
    """What each part is and whom it is about."""
    for place in ("new", "save", "say"):
        for one in document[place]:
            yield place, one["kind"], sorted((k, v) for k, v in one.items() if k == "id" or k.endswith("_id"))
    if document["effect"] is not None:
        effect = document["effect"]
        editable = _EFFECTS[effect["kind"]].editable
        yield "effect", {name: value for name, value in effect.items() if name not in editable}
