"""Row-level security: the policies that migrations put on each table that has a tenant."""

from collections.abc import Sequence

from tenants.store.session import SCOPE_SETTING, TENANT_SETTING

OWNER, APP, READ = "leadmill_owner", "leadmill_app", "leadmill_read"

# The settings stand in a scalar sub-query so that they are read once for a statement, not once for a row.
_OWN_TENANT = f"{{column}} = (SELECT NULLIF(current_setting('{TENANT_SETTING}', true), '')::uuid)"
_OPENLY_SYSTEM = f"(SELECT current_setting('{SCOPE_SETTING}', true)) = 'system'"


def protect(
    table: str, *, column: str = "tenant_id", seen_by_system: bool = False, shared: bool = False
) -> list[str]:
    """The statements that let a session see one tenant's rows of a table, and nobody else's.

    With `seen_by_system` a system session (supervisor, intake, relay) sees all rows as well. Tables that
    hold what tenants own (accounts, contacts, leads, findings) never have that. With `shared`, rows of no
    tenant are everybody's to read.
    """
    rule = _OWN_TENANT.format(column=column)
    if seen_by_system:
        rule = f"{rule} OR {_OPENLY_SYSTEM}"
    readable = f"{rule} OR {column} IS NULL" if shared else rule
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY one_tenant ON {table} USING ({readable}) WITH CHECK ({rule})",
    ]


def protect_people(table: str) -> list[str]:
    """The statements that leave a table to openly system sessions of the application, and to nobody else.

    Who may sign in belongs to no tenant; the console's reads have no business with it.
    """
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY only_system ON {table} USING ({_OPENLY_SYSTEM})",
    ]


def past_the_wall(tables: Sequence[str], *statements: str) -> list[str]:
    """The statements with the wall around these tables lowered for a moment.

    What tenants own is hidden from whoever migrates as well: without this nothing of it would be changed.
    """
    lower = [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in tables]
    raise_again = [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in tables]
    return [*lower, *statements, *raise_again]


def grant(table: str, app: str = "SELECT, INSERT, UPDATE, DELETE") -> list[str]:
    """The statements that let the application and the console's reads at a table."""
    return [f"GRANT {app} ON {table} TO {APP}", f"GRANT SELECT ON {table} TO {READ}"]
