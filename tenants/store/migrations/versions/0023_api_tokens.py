"""Tokens with which programs ask for scores over HTTP, each for one tenant.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0023"
down_revision = "0022"

_COLUMNS = """
    tenant_id uuid NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
"""


def upgrade() -> None:
    """Nobody has a token yet."""
    op.execute(f"CREATE TABLE api_token ({_COLUMNS})")
    op.execute("CREATE UNIQUE INDEX api_token_name ON api_token (tenant_id, name) WHERE revoked_at IS NULL")
    # whom a token belongs to is not known before it is found; what it is never changes
    allowed = grant("api_token", "SELECT, INSERT, DELETE, UPDATE (last_used_at, revoked_at)")
    for statement in protect("api_token", seen_by_system=True) + allowed:
        op.execute(statement)


def downgrade() -> None:
    """No program gets in."""
    op.execute("DROP TABLE api_token")
