"""Scores that a person has pinned.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Beside a lead's standing, who has pinned it, when and why; it is not moved by what models say then."""
    op.execute(
        "ALTER TABLE lead ADD COLUMN pinned_by text, ADD COLUMN pinned_at timestamptz, ADD COLUMN pinned_reason text"
    )


def downgrade() -> None:
    """Pinned leads keep their points until they are scored the next time."""
    op.execute("ALTER TABLE lead DROP COLUMN pinned_by, DROP COLUMN pinned_at, DROP COLUMN pinned_reason")
