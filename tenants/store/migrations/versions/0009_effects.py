"""The ledger of outward effects, since when a tenant has each connection, and which ones it has.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

from tenants.store.rls import grant, past_the_wall, protect

revision = "0009"
down_revision = "0008"

_EFFECT = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    provider text NOT NULL,
    lead_id uuid NOT NULL,
    run_id uuid NOT NULL,
    request json NOT NULL,
    state text NOT NULL,
    tries int NOT NULL DEFAULT 1,
    claim uuid NOT NULL,
    claimed_until timestamptz,
    receipt json,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, id)
"""


def upgrade() -> None:
    """Nothing has gone out yet. A connection is as old as its last change tells."""
    op.execute(f"CREATE TABLE effect ({_EFFECT})")
    for statement in protect("effect") + grant("effect"):
        op.execute(statement)
    op.execute("CREATE INDEX effect_by_time ON effect (tenant_id, created_at)")
    op.execute("ALTER TABLE connection ADD COLUMN since timestamptz NOT NULL DEFAULT now()")
    op.execute("ALTER TABLE tenant ADD COLUMN connected text[] NOT NULL DEFAULT '{}'")
    for statement in past_the_wall(
        ["tenant", "connection"],
        "UPDATE connection SET since = changed_at",
        "UPDATE tenant SET connected = "
        "ARRAY(SELECT provider FROM connection WHERE tenant_id = tenant.id ORDER BY provider)",
    ):
        op.execute(statement)


def downgrade() -> None:
    """What went out is forgotten."""
    op.execute("ALTER TABLE tenant DROP COLUMN connected")
    op.execute("ALTER TABLE connection DROP COLUMN since")
    op.execute("DROP TABLE effect")
