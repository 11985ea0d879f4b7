"""What each run was told, and every version of each tenant's configuration: together they replay a run.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from tenants.store.rls import grant, past_the_wall, protect

revision = "0007"
down_revision = "0006"

_TABLES = {
    "recording": """
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        recording json NOT NULL,
        PRIMARY KEY (tenant_id, run_id)
        """,
    "tenant_config": """
        tenant_id uuid NOT NULL,
        version int NOT NULL,
        config json NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, version)
        """,
}


def upgrade() -> None:
    """Of earlier configurations only the present one is known."""
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for statement in past_the_wall(
        ["tenant"],
        "INSERT INTO tenant_config (tenant_id, version, config) SELECT id, config_version, config FROM tenant",
    ):
        op.execute(statement)
    for table in _TABLES:
        for statement in protect(table) + grant(table):
            op.execute(statement)


def downgrade() -> None:
    """Nothing can be replayed any more."""
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
