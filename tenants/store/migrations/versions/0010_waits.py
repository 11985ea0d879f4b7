"""How often in a row a run has waited with patience.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Runs that wait already begin to count anew."""
    op.execute("ALTER TABLE run ADD COLUMN waits int NOT NULL DEFAULT 0")


def downgrade() -> None:
    """Waits are counted no more."""
    op.execute("ALTER TABLE run DROP COLUMN waits")
