"""What is on a schedule: CRMs read for whom they exclude, and scored leads watched for what happens there.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0018"
down_revision = "0017"

_TABLES = {
    "exclusion_reading": """
        tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
        provider text NOT NULL,
        read_at timestamptz,
        excluded int,
        trouble text,
        trouble_since timestamptz,
        failures int NOT NULL DEFAULT 0,
        again_at timestamptz,
        claim uuid,
        claimed_until timestamptz,
        PRIMARY KEY (tenant_id, provider)
    """,
    "signal_round": """
        tenant_id uuid PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
        next_at timestamptz NOT NULL
    """,
}


def upgrade() -> None:
    """No CRM was read by itself so far: each that is connected is due at once. Leads are due as of their score."""
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        for statement in protect(table, seen_by_system=True) + grant(table):
            op.execute(statement)
    op.execute("ALTER TABLE lead ADD COLUMN watched_at timestamptz")
    op.execute(
        "CREATE INDEX lead_watched ON lead (tenant_id, tier, COALESCE(watched_at, scored_at)) "
        "WHERE stage = 'scored' AND duplicate_of IS NULL"
    )


def downgrade() -> None:
    """CRMs are read by hand again, and what happens at companies is asked for while they are enriched."""
    op.execute("DROP INDEX lead_watched")
    op.execute("ALTER TABLE lead DROP COLUMN watched_at")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
