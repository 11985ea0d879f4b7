"""What is asked for often where people look after the mill: runs that wait, and calls by provider and time.

Revision ID: 0028
Revises: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"

_INDEXES = {
    # few rows are in it: most runs never wait
    "run_waiting": "run (tenant_id, agent, started_at) WHERE due_at IS NOT NULL",
    "run_held": "run (tenant_id, agent) WHERE status = 'held'",
    # read without the table itself, where vacuum has been
    "call_of_provider": (
        "provider_call (tenant_id, provider, settled_at DESC) INCLUDE (cost_usd, credits) "
        "WHERE settled_at IS NOT NULL"
    ),
}


def upgrade() -> None:
    """Roles also say since when they are held; of those that are held now nobody knows."""
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    op.execute("ALTER TABLE role_lease ADD COLUMN since timestamptz")


def downgrade() -> None:
    """Such questions read all of a tenant's runs and calls again."""
    op.execute("ALTER TABLE role_lease DROP COLUMN since")
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
