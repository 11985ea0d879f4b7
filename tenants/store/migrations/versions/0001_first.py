"""The first schema: tenants, what they own, the log, lanes and runs.

Revision ID: 0001
Revises:
"""

from alembic import op

from tenants.store.rls import grant, protect

revision = "0001"
down_revision = None

# What belongs to tenants: (table, columns and keys, is it seen by the system too).
_TENANT_TABLES: dict[str, tuple[str, bool]] = {
    "tenant": (
        """
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        label text NOT NULL,
        home_lane int NOT NULL,
        config_version int NOT NULL DEFAULT 1,
        config json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
        """,
        True,
    ),
    "tenant_lane": (
        "tenant_id uuid NOT NULL, topic text NOT NULL, lane int NOT NULL, PRIMARY KEY (tenant_id, topic, lane)",
        True,
    ),
    "agent_switch": (
        """
        tenant_id uuid NOT NULL,
        agent text NOT NULL,
        enabled boolean NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, agent)
        """,
        True,
    ),
    "connection": (
        """
        tenant_id uuid NOT NULL,
        provider text NOT NULL,
        base_url text,
        sealed_key bytea,
        key_hint text,
        credit_price_usd numeric(12, 6),
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, provider)
        """,
        False,
    ),
    "account": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        identity_key text NOT NULL,
        name text NOT NULL,
        domain text,
        industry text,
        country text,
        city text,
        employees int,
        founded_year int,
        revenue_usd double precision,
        funding_usd double precision,
        technologies text[],
        open_jobs int,
        description text,
        source text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, identity_key)
        """,
        False,
    ),
    "contact": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        account_id uuid NOT NULL,
        full_name text NOT NULL,
        first_name text,
        last_name text,
        title text,
        seniority text,
        department text,
        country text,
        email text,
        email_status text,
        email_source text,
        linkedin_url text,
        source text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
        """,
        False,
    ),
    "lead": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        account_id uuid NOT NULL,
        contact_id uuid,
        stage text NOT NULL,
        hold text,
        hold_reason text,
        source text NOT NULL,
        icp_version int NOT NULL,
        fit real,
        intent real,
        score smallint,
        tier text,
        sequence text,
        model text,
        reasons json,
        scored_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
        """,
        False,
    ),
    "finding": (
        """
        tenant_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        field text NOT NULL,
        provider text NOT NULL,
        value json NOT NULL,
        evidence text NOT NULL,
        confidence real NOT NULL,
        cost_usd numeric(12, 6) NOT NULL,
        found_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, subject_id, field, provider)
        """,
        False,
    ),
    "source_request": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        parts int NOT NULL,
        requested_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id)
        """,
        False,
    ),
    "source_tally": (
        """
        tenant_id uuid NOT NULL,
        request_id uuid NOT NULL,
        part int NOT NULL,
        read int NOT NULL,
        sourced int NOT NULL,
        duplicates int NOT NULL,
        rejected json NOT NULL,
        PRIMARY KEY (tenant_id, request_id, part)
        """,
        False,
    ),
    "source_rejection": (
        """
        tenant_id uuid NOT NULL,
        request_id uuid NOT NULL,
        row_number int NOT NULL,
        reason text NOT NULL,
        input json NOT NULL,
        PRIMARY KEY (tenant_id, request_id, row_number)
        """,
        False,
    ),
    "provider_call": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        run_id uuid NOT NULL,
        provider text NOT NULL,
        question text NOT NULL,
        state text NOT NULL DEFAULT 'reserved',
        tries int NOT NULL DEFAULT 1,
        credits numeric(12, 4) NOT NULL DEFAULT 0,
        cost_usd numeric(12, 6) NOT NULL DEFAULT 0,
        answer json,
        reserved_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz,
        PRIMARY KEY (tenant_id, id)
        """,
        False,
    ),
    "log": (
        """
        topic text NOT NULL,
        lane int NOT NULL,
        "offset" bigint NOT NULL,
        event_id uuid NOT NULL,
        tenant_id uuid NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        subject text,
        time timestamptz NOT NULL,
        traceparent text,
        data json NOT NULL,
        PRIMARY KEY (topic, lane, "offset")
        """,
        True,
    ),
    "run": (
        """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        agent text NOT NULL,
        event_id uuid NOT NULL,
        lead_id uuid,
        topic text NOT NULL,
        lane int NOT NULL,
        status text NOT NULL,
        attempt int NOT NULL DEFAULT 1,
        deliveries int NOT NULL DEFAULT 1,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        duration_s real,
        due_at timestamptz,
        reason text,
        input json NOT NULL,
        output json,
        error json,
        cost_usd numeric(12, 6) NOT NULL DEFAULT 0,
        versions json,
        PRIMARY KEY (tenant_id, id)
        """,
        True,
    ),
    "model_version": (
        """
        tenant_id uuid,
        name text NOT NULL,
        version int NOT NULL,
        sha256 text NOT NULL,
        path text NOT NULL,
        metrics json NOT NULL,
        facts json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE NULLS NOT DISTINCT (tenant_id, name, version)
        """,
        True,
    ),
    "model_alias": (
        """
        tenant_id uuid,
        alias text NOT NULL,
        name text NOT NULL,
        version int NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE NULLS NOT DISTINCT (tenant_id, alias)
        """,
        True,
    ),
}

# Of these, rows without a tenant are everybody's to read.
_SHARED_TABLES = ("model_version", "model_alias")

# What belongs to nobody: the installation itself.
_SYSTEM_TABLES: dict[str, str] = {
    "installation": (
        "id boolean PRIMARY KEY DEFAULT true CHECK (id), lanes int NOT NULL, "
        "created_at timestamptz NOT NULL DEFAULT now()"
    ),
    "log_head": (
        "topic text NOT NULL, lane int NOT NULL, next_offset bigint NOT NULL DEFAULT 0, PRIMARY KEY (topic, lane)"
    ),
    "lane_lease": """
        agent text NOT NULL,
        lane int NOT NULL,
        epoch bigint NOT NULL DEFAULT 0,
        owner text NOT NULL DEFAULT '',
        expires_at timestamptz NOT NULL DEFAULT '-infinity',
        next_offset bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (agent, lane)
        """,
    "role_lease": """
        name text PRIMARY KEY,
        epoch bigint NOT NULL DEFAULT 0,
        owner text NOT NULL DEFAULT '',
        expires_at timestamptz NOT NULL DEFAULT '-infinity'
        """,
    "heartbeat": """
        desk text PRIMARY KEY,
        agent text NOT NULL,
        lanes int[] NOT NULL,
        pid int NOT NULL,
        build text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        health json NOT NULL
        """,
    "dead_letter": """
        id uuid PRIMARY KEY,
        topic text NOT NULL,
        lane int NOT NULL,
        "offset" bigint NOT NULL,
        reason text NOT NULL,
        headers json NOT NULL,
        raw bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
        """,
}

_INDEXES = (
    "CREATE INDEX contact_of_account ON contact (tenant_id, account_id)",
    "CREATE INDEX lead_of_account ON lead (tenant_id, account_id)",
    "CREATE INDEX lead_ranked ON lead (tenant_id, score DESC NULLS LAST, id)",
    "CREATE INDEX run_recent ON run (tenant_id, started_at DESC, id)",
    "CREATE INDEX run_of_lead ON run (tenant_id, lead_id)",
    "CREATE INDEX run_due ON run (agent, lane, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX call_of_run ON provider_call (tenant_id, run_id)",
    # rows of these two are written and then changed once: room on the page keeps that change cheap
    "ALTER TABLE run SET (fillfactor = 60)",
    "ALTER TABLE lead SET (fillfactor = 60)",
    "ALTER TABLE account SET (fillfactor = 75)",
    "ALTER TABLE provider_call SET (fillfactor = 60)",
)


def upgrade() -> None:
    """The schema as it first was."""
    for table, (columns, seen_by_system) in _TENANT_TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        column = "id" if table == "tenant" else "tenant_id"
        shared = table in _SHARED_TABLES
        policies = protect(table, column=column, seen_by_system=seen_by_system, shared=shared)
        for statement in policies + grant(table):
            op.execute(statement)
    for table, columns in _SYSTEM_TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        for statement in grant(table):
            op.execute(statement)
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Nothing at all: before the first schema there was none."""
    for table in [*reversed(_TENANT_TABLES), *_SYSTEM_TABLES]:
        op.execute(f"DROP TABLE {table}")
