"""The audit, read from its newest act on.

Revision ID: 0024
Revises: 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """The same acts, found in the order in which people read them."""
    op.execute("CREATE INDEX audit_recent ON audit (tenant_id, at DESC, id)")


def downgrade() -> None:
    """Each page of the audit sorts all of it."""
    op.execute("DROP INDEX audit_recent")
