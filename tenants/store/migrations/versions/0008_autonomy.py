"""Approvals that are handed on at a deadline, complaints about them, and autonomy that is earned.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0008"
down_revision = "0007"

_COLUMNS = {
    "owner": "text",
    "escalate_to": "text",
    "escalate_at": "timestamptz",
    "escalated_at": "timestamptz",
    "complained_at": "timestamptz",
    "complained_by": "text",
    "complaint": "text",
}
_AUTONOMY = """
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    granted_at timestamptz,
    granted_by text,
    revoked_at timestamptz,
    revoked_by text,
    reason text,
    PRIMARY KEY (tenant_id, kind)
"""


def upgrade() -> None:
    """Nobody owns what waits, and nothing is left to the agents yet."""
    op.execute(
        "ALTER TABLE approval " + ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in _COLUMNS.items())
    )
    op.execute(f"CREATE TABLE autonomy ({_AUTONOMY})")
    for statement in protect("autonomy", seen_by_system=True) + grant("autonomy"):
        op.execute(statement)


def downgrade() -> None:
    """Everything is asked about again."""
    op.execute("DROP TABLE autonomy")
    op.execute("ALTER TABLE approval " + ", ".join(f"DROP COLUMN {name}" for name in _COLUMNS))
