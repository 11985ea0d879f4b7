"""Who has configured a tenant, and why.

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Of earlier versions nobody knows who wanted them."""
    op.execute("ALTER TABLE tenant_config ADD COLUMN applied_by text, ADD COLUMN reason text")


def downgrade() -> None:
    """Versions stay, and nobody knows whose they are."""
    op.execute("ALTER TABLE tenant_config DROP COLUMN applied_by, DROP COLUMN reason")
