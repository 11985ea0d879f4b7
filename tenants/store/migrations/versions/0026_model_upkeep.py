"""When each tenant's model is looked at next, and what was found the last time.

Revision ID: 0026
Revises: 0025
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Nobody was looked at yet: who is due, and when, follows from when a tenant came."""
    op.execute(
        """
        CREATE TABLE model_upkeep (
            tenant_id uuid REFERENCES tenant (id) ON DELETE CASCADE,
            kind text NOT NULL,
            next_at timestamptz NOT NULL,
            looked_at timestamptz,
            model text,
            verdict text,
            said text,
            UNIQUE NULLS NOT DISTINCT (tenant_id, kind)
        )
        """
    )
    for statement in protect("model_upkeep", seen_by_system=True, shared=True) + grant("model_upkeep"):
        op.execute(statement)


def downgrade() -> None:
    """Nobody looks at models by itself any more."""
    op.execute("DROP TABLE model_upkeep")
