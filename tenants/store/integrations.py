"""Integrations: what is known of a tenant's providers, from its connections, its calls and what its runs were told.

The ledger of calls knows what costs: whether it was answered, what it cost, what came of it. Recordings of runs know of
every question, and why one was refused. All is read by an index, of each provider and of the runs the newest ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.store.session import Session

_CALLS_OF_AN_HOUR = 5_000
_GOOD_AMONG = 200
_YIELD_OF = 500
_RUNS_HEARD = 400
_FAILURES_COUNTED = 2_000
_ACTS_READ = 5_000

_PROVIDERS = "unnest(CAST(:providers AS text[])) AS wanted(provider)"


async def connected(session: Session) -> list[Mapping[str, Any]]:
    """The tenant's ways to providers by name, each with whether it has a key, and its end; never with the key."""
    return await session.rows(
        """
        SELECT provider, base_url, sealed_key IS NOT NULL AS has_key, key_hint,
               CAST(credit_price_usd AS float8) AS credit_price_usd, calls_per_minute, since, changed_at,
               extract(epoch FROM now() - changed_at)::float8 AS changed_s,
               extract(epoch FROM now() - since)::float8 AS since_s
        FROM connection WHERE tenant_id = :tenant_id ORDER BY provider
        """,
        tenant_id=session.tenant_id,
    )


async def asked(session: Session, providers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The billed calls of the last hour, by provider, and how long ago the last good one was.

    How long a call took is known of those that were asked once: it begins when the money was reserved.
    """
    rows = await session.rows(
        f"""
        SELECT wanted.provider, hour.*, good.age_s AS good_s FROM {_PROVIDERS}
        CROSS JOIN LATERAL (
            SELECT count(*) AS calls, count(*) FILTER (WHERE state = 'failed') AS failed,
                   count(*) FILTER (WHERE settled_at > now() - interval '1 minute') AS last_minute,
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - reserved_at)::float8)
                       FILTER (WHERE tries = 1 AND state = 'answered') AS p95_s
            FROM (
                SELECT state, tries, reserved_at, settled_at FROM provider_call c
                WHERE c.tenant_id = :tenant_id AND c.provider = wanted.provider
                  AND c.settled_at > now() - interval '1 hour'
                ORDER BY c.settled_at DESC LIMIT :most
            ) newest
        ) hour
        LEFT JOIN LATERAL (
            SELECT extract(epoch FROM now() - max(settled_at))::float8 AS age_s FROM (
                SELECT state, settled_at FROM provider_call c
                WHERE c.tenant_id = :tenant_id AND c.provider = wanted.provider AND c.settled_at IS NOT NULL
                ORDER BY c.settled_at DESC LIMIT :good_among
            ) newest WHERE state = 'answered'
        ) good ON true
        """,
        tenant_id=session.tenant_id,
        providers=list(providers),
        most=_CALLS_OF_AN_HOUR,
        good_among=_GOOD_AMONG,
    )
    return {row["provider"]: row for row in rows}


async def heard(session: Session) -> list[Mapping[str, Any]]:
    """What the tenant's newest runs were told, by provider: outcome, class of the error, how often, how long ago last.

    A recording tells it as of its run's last try.
    """
    return await session.rows(
        """
        WITH newest AS MATERIALIZED (
            SELECT id, COALESCE(finished_at, started_at) AS at FROM run
            WHERE tenant_id = :tenant_id AND started_at > now() - interval '1 day'
            ORDER BY started_at DESC, id LIMIT :most
        )
        SELECT told.key AS provider, told.value ->> 'outcome' AS outcome,
               told.value -> 'error' ->> 'class' AS class, count(*) AS times,
               extract(epoch FROM now() - max(newest.at))::float8 AS age_s
        FROM newest JOIN recording r ON r.tenant_id = :tenant_id AND r.run_id = newest.id
        CROSS JOIN LATERAL json_each(r.recording -> 'asked') AS put
        CROSS JOIN LATERAL json_each(put.value -> 'told') AS told
        GROUP BY 1, 2, 3
        """,
        tenant_id=session.tenant_id,
        most=_RUNS_HEARD,
    )


async def by_day(session: Session) -> list[Mapping[str, Any]]:
    """What each provider has cost in each day of this month, in UTC: calls, credits, US dollars."""
    return await session.rows(
        """
        SELECT provider, CAST(extract(day FROM settled_at AT TIME ZONE 'UTC') AS int) AS day, count(*) AS calls,
               CAST(sum(credits) AS float8) AS credits, CAST(sum(cost_usd) AS float8) AS cost
        FROM provider_call
        WHERE tenant_id = :tenant_id AND provider = ANY(ARRAY(SELECT provider FROM connection c
                                                              WHERE c.tenant_id = :tenant_id))
          AND settled_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        tenant_id=session.tenant_id,
    )


async def yields(session: Session, providers: Sequence[str]) -> list[Mapping[str, Any]]:
    """What came of each provider's newest answered calls, by the kind of question.

    `fields` are those of its values that stand in the companies asked about, `contacts` the leads asked about whose
    contact has an address that is known to take mail.
    """
    return await session.rows(
        f"""
        WITH newest AS MATERIALIZED (
            SELECT wanted.provider, call.* FROM {_PROVIDERS} CROSS JOIN LATERAL (
                SELECT split_part(question, ' ', 1) AS kind, run_id, cost_usd,
                       answer ->> 'content' IS NOT NULL AS is_hit
                FROM provider_call c
                WHERE c.tenant_id = :tenant_id AND c.provider = wanted.provider AND c.settled_at IS NOT NULL
                  AND c.state = 'answered'
                ORDER BY c.settled_at DESC LIMIT :most
            ) call
        ), about AS MATERIALIZED (
            SELECT DISTINCT newest.provider, newest.kind, l.id, l.account_id, l.contact_id
            FROM newest JOIN run r ON r.tenant_id = :tenant_id AND r.id = newest.run_id
            JOIN lead l ON l.tenant_id = :tenant_id AND l.id = r.lead_id
        ), filled AS (
            SELECT about.provider, about.kind, count(*) AS fields FROM about
            JOIN finding f ON f.tenant_id = :tenant_id AND f.subject_id = about.account_id AND f.is_current
                 AND f.provider = about.provider
            GROUP BY 1, 2
        ), reached AS (
            SELECT about.provider, about.kind, count(*) AS contacts FROM about
            JOIN contact c ON c.tenant_id = :tenant_id AND c.id = about.contact_id
            WHERE c.email_status = 'deliverable' GROUP BY 1, 2
        )
        SELECT provider, kind, count(*) AS calls, count(*) FILTER (WHERE is_hit) AS hits,
               CAST(sum(cost_usd) AS float8) AS cost, COALESCE(max(fields), 0) AS fields,
               COALESCE(max(contacts), 0) AS contacts
        FROM newest LEFT JOIN filled USING (provider, kind) LEFT JOIN reached USING (provider, kind)
        GROUP BY provider, kind ORDER BY provider, kind
        """,
        tenant_id=session.tenant_id,
        providers=list(providers),
        most=_YIELD_OF,
    )


async def failures(session: Session) -> dict[str, int]:
    """How many of the tenant's failed runs name each provider, as far as they were counted."""
    rows = await session.rows(
        """
        SELECT error ->> 'provider' AS provider, count(*) AS runs FROM (
            SELECT error FROM run WHERE tenant_id = :tenant_id AND status = 'failed' LIMIT :most
        ) failed WHERE error ->> 'provider' IS NOT NULL GROUP BY 1
        """,
        tenant_id=session.tenant_id,
        most=_FAILURES_COUNTED,
    )
    return {row["provider"]: row["runs"] for row in rows}


async def keys_written(session: Session) -> dict[str, Mapping[str, Any]]:
    """By whom each provider's key was last written, when, and its end, as far as the newest acts of the audit know.

    A file that somebody applied since may have brought another key: then its end is another one as well.
    """
    rows = await session.rows(
        """
        SELECT DISTINCT ON (subject) subject, by, at, extract(epoch FROM now() - at)::float8 AS age_s,
               detail ->> 'to' AS key_hint
        FROM (
            SELECT id, at, by, act, subject, detail FROM audit WHERE tenant_id = :tenant_id
            ORDER BY at DESC, id LIMIT :most
        ) newest WHERE act = 'write key' ORDER BY subject, at DESC
        """,
        tenant_id=session.tenant_id,
        most=_ACTS_READ,
    )
    return {row["subject"].removeprefix("provider "): row for row in rows}
