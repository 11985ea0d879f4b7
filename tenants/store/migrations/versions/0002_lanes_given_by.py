"""Lanes that a tenant holds say who gave them: a person, whose word stands, or supervision, which takes them back.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Whatever lanes there are were given by people."""
    op.execute("ALTER TABLE tenant_lane ADD COLUMN by_supervision boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Nobody knows any more who gave a lane."""
    op.execute("ALTER TABLE tenant_lane DROP COLUMN by_supervision")
