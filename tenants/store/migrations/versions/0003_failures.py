"""Failed runs that people work off: attempts, fingerprints, what a skip misses, groups of failures, and the audit.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0003"
down_revision = "0002"

_GROUP = """
    tenant_id uuid NOT NULL,
    fingerprint text NOT NULL,
    muted_until timestamptz,
    assignee text,
    PRIMARY KEY (tenant_id, fingerprint)
"""
_AUDIT = """
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
"""


def upgrade() -> None:
    """Runs that are there have no attempts on record, and no fingerprint."""
    op.execute(
        "ALTER TABLE run ADD COLUMN attempts jsonb NOT NULL DEFAULT '[]', "
        "ADD COLUMN unfinished smallint NOT NULL DEFAULT 0, ADD COLUMN fingerprint text, ADD COLUMN missing text"
    )
    op.execute("CREATE INDEX run_failed ON run (tenant_id, fingerprint) WHERE status = 'failed'")
    op.execute("CREATE INDEX run_missing ON run (tenant_id, missing) WHERE status = 'skipped'")
    for table, columns in (("failure_group", _GROUP), ("audit", _AUDIT)):
        op.execute(f"CREATE TABLE {table} ({columns})")
        for statement in protect(table):
            op.execute(statement)
    # what was written into the audit is not changed; it goes when its tenant goes
    for statement in grant("failure_group") + grant("audit", "SELECT, INSERT, DELETE"):
        op.execute(statement)


def downgrade() -> None:
    """What was only there for people who work off failures is gone."""
    op.execute("DROP TABLE audit")
    op.execute("DROP TABLE failure_group")
    op.execute("DROP INDEX run_missing")
    op.execute("DROP INDEX run_failed")
    op.execute(
        "ALTER TABLE run DROP COLUMN attempts, DROP COLUMN unfinished, DROP COLUMN fingerprint, DROP COLUMN missing"
    )
