"""With each score, how many leads of its tier get the sequence that it recommends.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Of one of several sequences its share, so that it can be told later what would have come of others."""
    op.execute("ALTER TABLE judgement ADD COLUMN sequence_share double precision")


def downgrade() -> None:
    """Nobody knows any more how likely a sequence was to be recommended."""
    op.execute("ALTER TABLE judgement DROP COLUMN sequence_share")
