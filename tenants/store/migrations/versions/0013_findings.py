"""Findings with their history, what calls taught about providers, and how often each key may be used.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

from tenants.store.rls import grant, past_the_wall

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """A finding keeps its place when a newer one comes; of each field at most one is the current one."""
    for statement in past_the_wall(
        ["finding", "provider_call"],
        "ALTER TABLE finding ADD quote text, ADD licence text NOT NULL DEFAULT '', ADD expires_at timestamptz, "
        "ADD is_current boolean NOT NULL DEFAULT false, DROP CONSTRAINT finding_pkey, "
        "ADD PRIMARY KEY (tenant_id, subject_id, field, provider, found_at)",
        "UPDATE finding SET is_current = true WHERE (tenant_id, subject_id, field, provider, found_at) IN "
        "(SELECT DISTINCT ON (tenant_id, subject_id, field) tenant_id, subject_id, field, provider, found_at "
        "FROM finding ORDER BY tenant_id, subject_id, field, confidence DESC, found_at, provider)",
        "CREATE UNIQUE INDEX current_finding ON finding (tenant_id, subject_id, field) WHERE is_current",
        "ALTER TABLE provider_call ADD question_key uuid, ADD segment text, ADD found text[], "
        "ADD propensity real",
        "CREATE INDEX answered_question ON provider_call (tenant_id, question_key, settled_at) "
        "WHERE answer IS NOT NULL",
        "CREATE INDEX experience ON provider_call (tenant_id, settled_at) "
        "WHERE segment IS NOT NULL AND answer IS NOT NULL",
        "ALTER TABLE connection ADD calls_per_minute int",
    ):
        op.execute(statement)
    op.execute(
        "CREATE TABLE provider_pace (key text PRIMARY KEY, next_at timestamptz[] NOT NULL, "
        "promised_at timestamptz, "
        "quiet_until timestamptz, share real NOT NULL DEFAULT 1, slowed_at timestamptz)"
    )
    for statement in grant("provider_pace"):
        op.execute(statement)


def downgrade() -> None:
    """The newest finding of each field and provider stays."""
    op.execute("DROP TABLE provider_pace")
    for statement in past_the_wall(
        ["finding", "provider_call"],
        "ALTER TABLE connection DROP calls_per_minute",
        "DROP INDEX experience",
        "DROP INDEX answered_question",
        "ALTER TABLE provider_call DROP question_key, DROP segment, DROP found, DROP propensity",
        "DROP INDEX current_finding",
        "DELETE FROM finding AS old USING finding AS newer WHERE old.tenant_id = newer.tenant_id "
        "AND old.subject_id = newer.subject_id AND old.field = newer.field AND old.provider = newer.provider "
        "AND old.found_at < newer.found_at",
        "ALTER TABLE finding DROP CONSTRAINT finding_pkey, "
        "ADD PRIMARY KEY (tenant_id, subject_id, field, provider), "
        "DROP quote, DROP licence, DROP expires_at, DROP is_current",
    ):
        op.execute(statement)
