"""What people do in the console: each act is a row that the database keeps, and somebody else carries out."""

from tenants.identity import TenantId
from tenants.modes import Mode
from tenants.store import switches
from tenants.store.session import Database


class Acts:
    """The console's way of writing."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def switch(self, tenant_id: TenantId, agent: str, *, enabled: bool, by: str) -> int:
        """How many held events go on because the agent is switched on; 0 where it is switched off."""
        async with self.database.tenant(tenant_id) as session:
            return await switches.turn(session, agent, Mode.ON if enabled else Mode.PAUSED, by=by)
