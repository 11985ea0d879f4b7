"""Outcomes that wait for a person: the question, which supervision sees, and its content, which it does not.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0004"
down_revision = "0003"

_APPROVAL = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    agent text NOT NULL,
    lead_id uuid,
    status text NOT NULL DEFAULT 'pending',
    requested_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    reason text,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, id)
"""
_HELD = """
    tenant_id uuid NOT NULL,
    approval_id uuid NOT NULL,
    acts jsonb NOT NULL,
    content json NOT NULL,
    content_hash text NOT NULL,
    edited json,
    edited_hash text,
    cost_usd numeric(12, 6) NOT NULL,
    PRIMARY KEY (tenant_id, approval_id),
    FOREIGN KEY (tenant_id, approval_id) REFERENCES approval (tenant_id, id) ON DELETE CASCADE
"""


def upgrade() -> None:
    """Nothing waits yet."""
    op.execute("ALTER TABLE run ADD COLUMN approval_id uuid")
    for table, columns, seen_by_system in (("approval", _APPROVAL, True), ("held_outcome", _HELD, False)):
        op.execute(f"CREATE TABLE {table} ({columns})")
        for statement in protect(table, seen_by_system=seen_by_system) + grant(table):
            op.execute(statement)
    op.execute("CREATE INDEX approval_pending ON approval (expires_at) WHERE status = 'pending'")
    op.execute("CREATE INDEX approval_of_lead ON approval (tenant_id, lead_id) WHERE status = 'pending'")


def downgrade() -> None:
    """What waited is forgotten."""
    op.execute("DROP TABLE held_outcome")
    op.execute("DROP TABLE approval")
    op.execute("ALTER TABLE run DROP COLUMN approval_id")
