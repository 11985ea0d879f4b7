"""People who sign in to the console: who they are, what they may, their sessions, and wrong guesses.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

from tenants.store.rls import APP, protect, protect_people

revision = "0030"
down_revision = "0029"

_TABLES = {
    "person": """
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        login text NOT NULL UNIQUE CHECK (login = lower(login)),
        name text NOT NULL,
        password_hash text,
        password_is_temporary boolean NOT NULL DEFAULT false,
        oidc_issuer text,
        oidc_subject text,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by text NOT NULL,
        UNIQUE (oidc_issuer, oidc_subject),
        CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL))
    """,
    "person_role": """
        person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        role text NOT NULL,
        tenant_id uuid REFERENCES tenant (id) ON DELETE CASCADE,
        given_at timestamptz NOT NULL DEFAULT now(),
        given_by text NOT NULL,
        UNIQUE NULLS NOT DISTINCT (person_id, tenant_id, role),
        CHECK ((role = 'platform') = (tenant_id IS NULL))
    """,
    "console_session": """
        sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
        person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        csrf text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz NOT NULL
    """,
    "known_browser": """
        sha256 bytea NOT NULL CHECK (length(sha256) = 32),
        person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        used_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (person_id, sha256)
    """,
    "sign_in_guess": """
        sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
        guesses int NOT NULL,
        free_at timestamptz NOT NULL,
        guessed_at timestamptz NOT NULL DEFAULT now()
    """,
    "system_audit": """
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        by text NOT NULL,
        act text NOT NULL,
        subject text NOT NULL,
        detail jsonb NOT NULL
    """,
}
_INDEXES = {
    "person_role_of_tenant": "person_role (tenant_id)",
    "console_session_of_person": "console_session (person_id)",
    "sign_in_guess_old": "sign_in_guess (guessed_at)",
}
# what is written into the audit is not changed, and who somebody is stays for the audit's sake
_ALLOWED = {
    "person": "SELECT, INSERT, UPDATE",
    "person_role": "SELECT, INSERT, DELETE",
    "console_session": "SELECT, INSERT, DELETE, UPDATE (seen_at)",
    "known_browser": "SELECT, INSERT, DELETE, UPDATE (used_at)",
    "sign_in_guess": "SELECT, INSERT, DELETE, UPDATE",
    "system_audit": "SELECT, INSERT",
}


def upgrade() -> None:
    """Nobody was added yet: the console is the machine's, as before. Its reading role sees none of these."""
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        shown = protect(table, seen_by_system=True) if table == "person_role" else protect_people(table)
        for statement in (*shown, f"GRANT {_ALLOWED[table]} ON {table} TO {APP}"):
            op.execute(statement)
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")


def downgrade() -> None:
    """Nobody signs in any more."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
