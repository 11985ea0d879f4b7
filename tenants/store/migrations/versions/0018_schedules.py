"""CRMs that are read on a schedule for whom they exclude: when, by whom, and what went wrong.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """No CRM was read by itself so far: each that is connected is due at once."""
    op.execute(
        """
        CREATE TABLE exclusion_reading (
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
        )
        """
    )
    for statement in protect("exclusion_reading", seen_by_system=True) + grant("exclusion_reading"):
        op.execute(statement)


def downgrade() -> None:
    """CRMs are read by hand again."""
    op.execute("DROP TABLE exclusion_reading")
