"""Agents that are paused, drained or stopped, why and until when; and one stop for everything.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from tenants.store.rls import grant, past_the_wall

revision = "0006"
down_revision = "0005"

_HALT = """
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stopped_at timestamptz NOT NULL DEFAULT now(),
    stopped_by text NOT NULL,
    reason text NOT NULL,
    ended_at timestamptz,
    ended_by text
"""


def upgrade() -> None:
    """What was switched off is paused."""
    op.execute(
        "ALTER TABLE agent_switch ADD COLUMN mode text NOT NULL DEFAULT 'on' "
        "CHECK (mode IN ('on', 'draining', 'paused', 'stopped')), ADD COLUMN reason text, ADD COLUMN until timestamptz"
    )
    for statement in past_the_wall(
        ["agent_switch"], "UPDATE agent_switch SET mode = 'paused' WHERE NOT enabled"
    ):
        op.execute(statement)
    op.execute("ALTER TABLE agent_switch DROP COLUMN enabled")
    op.execute(f"CREATE TABLE halt ({_HALT})")
    op.execute("CREATE UNIQUE INDEX one_halt ON halt ((true)) WHERE ended_at IS NULL")
    for statement in grant("halt", "SELECT, INSERT, UPDATE"):
        op.execute(statement)


def downgrade() -> None:
    """Whatever was held back in any way is switched off."""
    op.execute("DROP TABLE halt")
    op.execute("ALTER TABLE agent_switch ADD COLUMN enabled boolean NOT NULL DEFAULT true")
    for statement in past_the_wall(["agent_switch"], "UPDATE agent_switch SET enabled = mode = 'on'"):
        op.execute(statement)
    op.execute("ALTER TABLE agent_switch DROP COLUMN mode, DROP COLUMN reason, DROP COLUMN until")
