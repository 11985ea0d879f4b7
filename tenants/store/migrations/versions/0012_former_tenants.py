"""The ids of tenants that were removed: what others still say of them is passed over.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

from tenants.store.rls import grant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing but the id: of the tenant itself nothing stays."""
    op.execute(
        "CREATE TABLE former_tenant (id uuid PRIMARY KEY, removed_at timestamptz NOT NULL DEFAULT now())"
    )
    for statement in grant("former_tenant"):
        op.execute(statement)


def downgrade() -> None:
    """What is said of them becomes dead letters again."""
    op.execute("DROP TABLE former_tenant")
