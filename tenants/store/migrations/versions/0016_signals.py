"""What happens at companies: jobs, funding, technology, news, and changes of their websites.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Each signal once, found by its company."""
    op.execute(
        """
        CREATE TABLE signal (
            tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
            id uuid NOT NULL,
            account_id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('hiring', 'funding', 'technology', 'news', 'site')),
            happened_on date NOT NULL,
            title text NOT NULL,
            url text,
            source text NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, id)
        )
        """
    )
    op.execute("CREATE INDEX signal_of_account ON signal (tenant_id, account_id, happened_on)")
    for statement in protect("signal") + grant("signal"):
        op.execute(statement)


def downgrade() -> None:
    """Scores go by what companies are, and no longer by what happens there."""
    op.execute("DROP TABLE signal")
