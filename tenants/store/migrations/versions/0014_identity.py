"""Which accounts are one company: what they are called, pairs to look at, merges, and keys that lead elsewhere.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from alembic import op
from sqlalchemy import text

from tenants.companies import identity_key
from tenants.identity import review_id_of
from tenants.matching import Company, compare
from tenants.names import name_key
from tenants.store.rls import grant, past_the_wall, protect

revision = "0014"
down_revision = "0013"

_TABLES = {
    "account_alias": """
        tenant_id uuid NOT NULL,
        alias_key text NOT NULL,
        account_id uuid NOT NULL,
        evidence text[] NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, alias_key),
        FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
    """,
    "account_review": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        account_id uuid NOT NULL,
        other_id uuid NOT NULL,
        score double precision NOT NULL,
        evidence text[] NOT NULL,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'same', 'different')),
        opened_at timestamptz NOT NULL DEFAULT now(),
        decided_by text,
        decided_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, other_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
    """,
    # rows as they were before are kept as text: only so they come back to the byte
    "account_merge": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kept_id uuid NOT NULL,
        merged_id uuid NOT NULL,
        evidence text[] NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        moved json NOT NULL,
        undone_by text,
        undone_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, kept_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, merged_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
    """,
}
_INDEXES = (
    "CREATE INDEX account_by_name ON account (tenant_id, name_key)",
    "CREATE INDEX account_by_domain ON account (tenant_id, domain) WHERE domain IS NOT NULL",
    "CREATE INDEX account_merged ON account (tenant_id, merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX alias_of_account ON account_alias (tenant_id, account_id)",
    "CREATE INDEX review_open ON account_review (tenant_id, score DESC, id) WHERE status = 'open'",
    "CREATE INDEX review_of_account ON account_review (tenant_id, account_id)",
    "CREATE INDEX review_of_other ON account_review (tenant_id, other_id)",
    "CREATE UNIQUE INDEX merged_once ON account_merge (tenant_id, merged_id) WHERE undone_at IS NULL",
    "CREATE INDEX merge_of_kept ON account_merge (tenant_id, kept_id)",
)
_ROWS = 5_000
_READ_ANEW = "names are read otherwise since"


def upgrade() -> None:
    """Names of accounts as they are read now. Where a key would be another by now, the new one leads there, too."""
    op.execute(
        "ALTER TABLE account ADD COLUMN name_key text NOT NULL DEFAULT '', ADD COLUMN merged_into uuid"
    )
    op.execute("ALTER TABLE lead ADD COLUMN duplicate_of uuid")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for statement in past_the_wall(["account"], ""):
        if statement:
            op.execute(statement)
        else:
            _read_names_anew()
    for table in _TABLES:
        for statement in protect(table) + grant(table):
            op.execute(statement)
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Merged accounts stand apart again, and their leads stay as they are."""
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE lead DROP COLUMN duplicate_of")
    op.execute("DROP INDEX account_by_domain")
    op.execute("ALTER TABLE account DROP COLUMN name_key, DROP COLUMN merged_into")


def _read_names_anew() -> None:
    stale: list[Any] = []
    for rows in _accounts():
        op.get_bind().execute(
            text(
                "UPDATE account SET name_key = given.key "
                "FROM unnest(CAST(:tenants AS uuid[]), CAST(:ids AS uuid[]), CAST(:keys AS text[])) "
                "AS given(tenant_id, id, key) WHERE account.tenant_id = given.tenant_id AND account.id = given.id"
            ),
            {
                "tenants": [row.tenant_id for row in rows],
                "ids": [row.id for row in rows],
                "keys": [name_key(row.name) for row in rows],
            },
        )
        stale += [row for row in rows if row.identity_key != _key_today(row)]
    stale.sort(key=lambda row: (row.tenant_id, _key_today(row), row.created_at, row.id))
    for (tenant_id, key), group in groupby(stale, key=lambda row: (row.tenant_id, _key_today(row))):
        _lead_there_too(tenant_id, key, list(group))


def _accounts() -> Iterator[Sequence[Any]]:
    """All accounts, some thousand at a time."""
    where = ""
    last: dict[str, Any] = {}
    while True:
        rows = (
            op.get_bind()
            .execute(
                text(
                    f"SELECT tenant_id, id, identity_key, name, created_at FROM account {where} "
                    f"ORDER BY tenant_id, id LIMIT {_ROWS}"
                ),
                last,
            )
            .all()
        )
        if not rows:
            return
        yield rows
        where = "WHERE (tenant_id, id) > (:tenant_id, :id)"
        last = {"tenant_id": rows[-1].tenant_id, "id": rows[-1].id}


def _key_today(row: Any) -> str:
    kind, _, rest = row.identity_key.partition(":")
    if kind != "name" or "|" not in rest:
        return str(row.identity_key)
    return identity_key(name=row.name, domain=None, country=rest.rpartition("|")[2])


def _lead_there_too(tenant_id: Any, key: str, accounts: list[Any]) -> None:
    """The key as an alias of the oldest of these accounts; the others may be the same company, and are to be looked at.

    Where an account has that very key, it is that one.
    """
    owner = (
        op.get_bind()
        .execute(
            text(
                "SELECT tenant_id, id, identity_key, name FROM account "
                "WHERE tenant_id = :tenant_id AND identity_key = :key"
            ),
            {"tenant_id": tenant_id, "key": key},
        )
        .one_or_none()
    )
    if owner is None:
        owner, *accounts = accounts
        op.get_bind().execute(
            text(
                "INSERT INTO account_alias (tenant_id, alias_key, account_id, evidence, by) "
                "VALUES (:tenant_id, :key, :account_id, :evidence, 'leadmill migrate')"
            ),
            {
                "tenant_id": tenant_id,
                "key": key,
                "account_id": owner.id,
                "evidence": [f"{_READ_ANEW} {revision}: it was {owner.identity_key}"],
            },
        )
    for account in accounts:
        found = compare(Company(account.name), Company(owner.name))
        op.get_bind().execute(
            text(
                "INSERT INTO account_review (tenant_id, id, account_id, other_id, score, evidence) "
                "VALUES (:tenant_id, :id, :account_id, :other_id, :score, :evidence)"
            ),
            {
                "tenant_id": tenant_id,
                "id": review_id_of(tenant_id, account.id, owner.id),
                "account_id": account.id,
                "other_id": owner.id,
                "score": found.score,
                "evidence": list(found.evidence),
            },
        )
