"""What prospects did: replies, meetings, clicks, visits.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Each act once, found by its lead."""
    op.execute(
        """
        CREATE TABLE engagement (
            tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
            id uuid NOT NULL,
            lead_id uuid NOT NULL,
            contact_id uuid,
            kind text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id)
        )
        """
    )
    op.execute("CREATE INDEX engagement_of_lead ON engagement (tenant_id, lead_id, at)")
    for statement in protect("engagement") + grant("engagement"):
        op.execute(statement)


def downgrade() -> None:
    """What prospects do says nothing any more."""
    op.execute("DROP TABLE engagement")
