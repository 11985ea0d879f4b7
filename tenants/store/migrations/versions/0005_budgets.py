"""Money that is reserved and spent under each ceiling, and which ceilings each call was reserved under.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0005"
down_revision = "0004"

_USE = """
    tenant_id uuid NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    reserved_usd numeric(14, 6) NOT NULL DEFAULT 0,
    spent_usd numeric(14, 6) NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, scope, key)
"""


def upgrade() -> None:
    """Nothing is spent under any ceiling yet: there were none."""
    op.execute(f"CREATE TABLE budget_use ({_USE})")
    for statement in protect("budget_use") + grant("budget_use"):
        op.execute(statement)
    op.execute(
        "ALTER TABLE provider_call ADD COLUMN reserved_usd numeric(12, 6) NOT NULL DEFAULT 0, ADD COLUMN ceilings jsonb"
    )


def downgrade() -> None:
    """Nobody knows any more what is left under a ceiling."""
    op.execute("ALTER TABLE provider_call DROP COLUMN reserved_usd, DROP COLUMN ceilings")
    op.execute("DROP TABLE budget_use")
