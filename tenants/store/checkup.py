"""What `leadmill doctor` asks of the database: facts, read and not changed."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from tenants.identity import TenantId
from tenants.store.session import SCHEMA, Database, Session


async def server(session: Session) -> Mapping[str, Any]:
    """The server's version, whether it keeps what it confirms, its clock in seconds, and who we are there."""
    rows = await session.rows(
        """
        SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
               current_setting('fsync') = 'on' AS fsync,
               current_setting('synchronous_commit') <> 'off' AS waits_for_disk,
               extract(epoch FROM clock_timestamp())::float8 AS clock_s,
               current_user AS role, rolsuper AS superuser, rolbypassrls AS bypasses,
               (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owns
        FROM pg_roles r WHERE rolname = current_user
        """
    )
    return rows[0]


async def unprotected(session: Session) -> Sequence[str]:
    """Tables that have a tenant, and do not enforce that a session sees its own tenant only."""
    rows = await session.rows(
        """
        SELECT c.relname AS name FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(:schema) AND c.relkind IN ('r', 'p')
          AND (c.relname = 'tenant' OR EXISTS (
              SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT attisdropped))
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                   AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        ORDER BY 1
        """,
        schema=SCHEMA,
    )
    return [row["name"] for row in rows]


async def seen_by_nobody(database: Database) -> int:
    """How many leads a session sees that is sealed to a tenant who does not exist: none, if the wall stands."""
    async with database.tenant(TenantId(uuid.uuid4())) as session:
        return int(await session.value("SELECT count(*) FROM (SELECT FROM lead LIMIT 1) AS seen"))


async def broken_lanes(session: Session) -> Sequence[str]:
    """Lanes of the log whose number of events is not what their head says, as far as they are not published yet."""
    rows = await session.rows(
        """
        SELECT h.topic, h.lane FROM log_head h LEFT JOIN relay_position p USING (topic, lane)
        LEFT JOIN LATERAL (
            SELECT count(*) AS n FROM log
            WHERE topic = h.topic AND lane = h.lane AND "offset" >= COALESCE(p.next_offset, 0)
        ) l ON true
        WHERE l.n <> h.next_offset - COALESCE(p.next_offset, 0) ORDER BY 1, 2
        """
    )
    return [f"{row['topic']} {row['lane']}" for row in rows]
