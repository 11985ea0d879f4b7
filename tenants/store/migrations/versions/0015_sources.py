"""Whom tenants leave alone, and searches on a schedule: how far each has come.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0015"
down_revision = "0014"

_TABLES = {
    "exclusion": """
        tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('domain', 'email', 'name')),
        value text NOT NULL,
        reason text NOT NULL,
        owner text,
        source text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, kind, value, source)
    """,
    "source_schedule": """
        tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
        provider text NOT NULL,
        icp_hash text NOT NULL,
        slices json NOT NULL,
        place int NOT NULL DEFAULT 0,
        total bigint,
        next_at timestamptz NOT NULL,
        left_in_run int NOT NULL DEFAULT 0,
        day date,
        taken_today int NOT NULL DEFAULT 0,
        request_id uuid,
        trouble text,
        PRIMARY KEY (tenant_id, provider)
    """,
}


def upgrade() -> None:
    """Each part of a search says how many companies its provider has for it in all."""
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        for statement in protect(table) + grant(table):
            op.execute(statement)
    op.execute("ALTER TABLE source_tally ADD COLUMN total bigint")


def downgrade() -> None:
    """Nobody is left alone for what a CRM said, and searches are made by hand again."""
    op.execute("ALTER TABLE source_tally DROP COLUMN total")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
