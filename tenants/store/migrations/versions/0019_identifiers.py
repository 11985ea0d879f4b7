"""What only one company has: domains to which its website leads for good, and its numbers in registers.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Each identifier once for each account of which it was told, found by its value."""
    op.execute(
        """
        CREATE TABLE account_identifier (
            tenant_id uuid NOT NULL,
            account_id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('domain', 'lei', 'cik', 'companies_house', 'wikidata')),
            value text NOT NULL,
            source text NOT NULL,
            evidence text NOT NULL,
            told_at timestamptz NOT NULL DEFAULT now(),
            disowned_by text,
            disowned_at timestamptz,
            PRIMARY KEY (tenant_id, account_id, kind, value),
            FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
        )
        """
    )
    op.execute("CREATE INDEX account_by_identifier ON account_identifier (tenant_id, kind, value)")
    for statement in protect("account_identifier") + grant("account_identifier"):
        op.execute(statement)


def downgrade() -> None:
    """Only names and domains tell companies apart again."""
    op.execute("DROP TABLE account_identifier")
