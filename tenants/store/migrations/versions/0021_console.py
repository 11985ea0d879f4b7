"""Approvals that somebody has set aside for a while, and the console's queues read by key.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

from tenants.store.rls import past_the_wall

revision = "0021"
down_revision = "0020"

_INDEXES = {
    "approval_waiting": "approval (tenant_id, expires_at, id) WHERE status = 'pending'",
    "approval_settled": (
        "approval (tenant_id, (COALESCE(decided_at, settled_at, created_at)) DESC, id) WHERE status <> 'pending'"
    ),
    "approval_of_run": "approval (tenant_id, run_id)",
    "run_failed_recent": "run (tenant_id, fingerprint, finished_at DESC, id) WHERE status = 'failed'",
    "effect_of_lead": "effect (tenant_id, lead_id)",
}


def upgrade() -> None:
    """Nothing is set aside yet."""
    op.execute("ALTER TABLE approval ADD COLUMN set_aside_until timestamptz, ADD COLUMN set_aside_by text")
    # failures of before there were fingerprints are one group
    for statement in past_the_wall(
        ["run"], "UPDATE run SET fingerprint = 'unknown' WHERE status = 'failed' AND fingerprint IS NULL"
    ):
        op.execute(statement)
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    op.execute("DROP INDEX run_failed")


def downgrade() -> None:
    """What was set aside waits again."""
    op.execute("CREATE INDEX run_failed ON run (tenant_id, fingerprint) WHERE status = 'failed'")
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute("ALTER TABLE approval DROP COLUMN set_aside_until, DROP COLUMN set_aside_by")
