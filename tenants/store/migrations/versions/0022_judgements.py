"""Scores as they were given, each with what the model was told, and what was decided about models.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

from tenants.store.rls import grant, past_the_wall, protect

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """What was scored before has no history: it begins with the next score."""
    op.execute(
        """
        CREATE TABLE judgement (
            tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
            lead_id uuid NOT NULL,
            judged_at timestamptz NOT NULL,
            model text NOT NULL,
            is_shadow boolean NOT NULL,
            fit double precision NOT NULL,
            intent double precision NOT NULL,
            score smallint NOT NULL,
            tier text NOT NULL,
            sequence text,
            reasons json,
            asked json NOT NULL,
            PRIMARY KEY (tenant_id, lead_id, judged_at, model)
        )
        """
    )
    op.execute("CREATE INDEX judgement_by_model ON judgement (tenant_id, model, judged_at)")
    for statement in protect("judgement") + grant("judgement"):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE model_change (
            tenant_id uuid,
            id bigint GENERATED ALWAYS AS IDENTITY,
            alias text NOT NULL,
            act text NOT NULL,
            model text,
            before text,
            by text NOT NULL,
            reason text,
            gates json NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("CREATE INDEX model_change_newest ON model_change (tenant_id, alias, id)")
    for statement in protect("model_change", seen_by_system=True, shared=True) + grant(
        "model_change", "SELECT, INSERT, DELETE"
    ):
        op.execute(statement)
    # What judges already was promoted by somebody, once.
    for statement in past_the_wall(
        ["model_alias", "model_change"],
        "INSERT INTO model_change (tenant_id, alias, act, model, by, gates, at) "
        "SELECT tenant_id, alias, 'promoted', name || '-' || version, 'migration', '[]', changed_at FROM model_alias",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Scores have no history any more, and nobody knows who promoted what."""
    op.execute("DROP TABLE model_change")
    op.execute("DROP TABLE judgement")
