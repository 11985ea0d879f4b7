"""A part of a tenant's configuration changed by a person: bound to what they saw, as a new version, in the audit."""

from collections.abc import Callable, Mapping
from typing import Any

from tenants.differences import differing, fields_hash
from tenants.policies import TenantConfig, read_config
from tenants.store import audit, tenants
from tenants.store.session import Session


class ChangedMeanwhile(Exception):
    """Somebody has saved another version of this since: nothing was done."""


class NothingChanged(Exception):
    """What is to be saved says what is there."""


async def change(
    session: Session,
    changed: Callable[[TenantConfig], TenantConfig],
    *,
    told: Callable[[TenantConfig], Mapping[str, Any]],
    seen: str,
    by: str,
    act: str,
    reason: str,
) -> int:
    """The version as which the configuration is so changed from now on; what waited for that goes on.

    `told` are the fields of the part that is meant, and `seen` their hash as the person saw them. What else is
    configured may have changed meanwhile, and stays. Raises ChangedMeanwhile and NothingChanged.
    """
    config = await session.value(
        "SELECT config FROM tenant WHERE id = :tenant_id FOR UPDATE", tenant_id=session.tenant_id
    )
    before = TenantConfig.model_validate(config)
    if fields_hash(told(before)) != seen:
        raise ChangedMeanwhile(await _who_was_it(session))
    now = changed(before)
    changes = differing(told(before), told(now))
    if not changes:
        raise NothingChanged("nothing is different from what is there")
    number = await tenants.put(session, before, now, by=by, reason=reason)
    await audit.write(
        session,
        by=by,
        act=act,
        subject=f"configuration version {number}",
        detail={
            "reason": reason,
            "before": {one.field: one.before for one in changes},
            "after": {one.field: one.after for one in changes},
        },
    )
    return number


async def amend(session: Session, changes: Mapping[str, Any], *, by: str, act: str, seen: int) -> int:
    """The version of the configuration in which these parts of it are others, by a person, with a row in the audit.

    Connections and switches of agents are no such parts. Raises ChangedMeanwhile where it is not version `seen` any
    more, and ValueError where a part is wrong.
    """
    (row,) = await session.rows(
        "SELECT config, config_version FROM tenant WHERE id = :id FOR NO KEY UPDATE", id=session.tenant_id
    )
    if row["config_version"] != seen:
        raise ChangedMeanwhile(await _who_was_it(session))
    before, now = TenantConfig.model_validate(row["config"]), read_config({**row["config"], **changes})
    version = await tenants.put(session, before, now, by=by, reason=act)
    told = {"before": before.model_dump(mode="json"), "after": now.model_dump(mode="json")}
    detail = {name: {part: config[part] for part in changes} for name, config in told.items()}
    await audit.write(session, by=by, act=act, subject="configuration", detail={"version": version, **detail})
    return version


async def _who_was_it(session: Session) -> str:
    rows = await session.rows(
        "SELECT version, applied_by FROM tenant_config WHERE tenant_id = :tenant_id ORDER BY version DESC LIMIT 1",
        tenant_id=session.tenant_id,
    )
    who = (rows[0]["applied_by"] if rows else None) or "somebody"
    what = f"version {rows[0]['version']}" if rows else "another version"
    return f"{what} was saved by {who} meanwhile: look at what it says, then save again"
