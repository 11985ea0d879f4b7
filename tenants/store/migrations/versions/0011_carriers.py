"""Which bus this installation reads, how far the log is published, and how long the lanes of Kafka are.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

from tenants.store.rls import APP, READ, grant

revision = "0011"
down_revision = "0010"

_PLACE = "topic text NOT NULL, lane int NOT NULL, next_offset bigint NOT NULL, PRIMARY KEY (topic, lane)"
_BUS_HEAD = """
    CREATE VIEW bus_head AS
    SELECT topic, lane, next_offset FROM log_head WHERE (SELECT carrier FROM installation) = 'log'
    UNION ALL
    SELECT topic, lane, next_offset FROM kafka_head WHERE (SELECT carrier FROM installation) = 'kafka'
"""


def upgrade() -> None:
    """Until now everybody read the log itself."""
    op.execute(
        "ALTER TABLE installation ADD COLUMN carrier text NOT NULL DEFAULT 'log' "
        "CHECK (carrier IN ('log', 'kafka'))"
    )
    for table in ("relay_position", "kafka_head"):
        op.execute(f"CREATE TABLE {table} ({_PLACE})")
        for statement in grant(table):
            op.execute(statement)
    op.execute(_BUS_HEAD)
    op.execute(f"GRANT SELECT ON bus_head TO {APP}, {READ}")


def downgrade() -> None:
    """Back to the log: what only Kafka holds is not read any more."""
    op.execute("DROP VIEW bus_head")
    op.execute("DROP TABLE kafka_head")
    op.execute("DROP TABLE relay_position")
    op.execute("ALTER TABLE installation DROP COLUMN carrier")
