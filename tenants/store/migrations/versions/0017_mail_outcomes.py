"""What became of mail to contacts: answered, or come back.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Of each address of a contact the newest outcome."""
    op.execute(
        """
        CREATE TABLE mail_outcome (
            tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
            contact_id uuid NOT NULL,
            email text NOT NULL,
            arrived boolean NOT NULL,
            why text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, contact_id, email)
        )
        """
    )
    op.execute("CREATE INDEX contact_by_email ON contact (tenant_id, lower(email))")
    for statement in protect("mail_outcome") + grant("mail_outcome"):
        op.execute(statement)


def downgrade() -> None:
    """Nobody's word is weighed by what came of it."""
    op.execute("DROP INDEX contact_by_email")
    op.execute("DROP TABLE mail_outcome")
