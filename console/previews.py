"""Previews of a profile: tried on the companies that the tenant has, and what more would cost as far as is known."""

import asyncio

from console.components.profile_view import preview_view
from console.page import Component, View
from tenants.icp import IdealCustomer, icp_hash, without_exclusions
from tenants.profiles import Fitting, Profile, fitting
from tenants.slices import whole
from tenants.store import calls, profiles, schedules
from tenants.store.session import Session

LOOKED_AT = 5_000
"""Companies that a draft is tried on; of more, as many are drawn."""
EXPERIENCE = 50
"""With so many leads a tenant knows what one costs, as `leadmill source --preview` has it."""


async def previewed(view: View, icp: IdealCustomer) -> tuple[Fitting, Component]:
    """What a profile makes of the companies that are here, and how that is shown. Nothing is changed."""
    async with view.session() as session:
        now = (await profiles.current(session)).document
        companies = await profiles.count(session)
        drawn = await profiles.drawn(session, LOOKED_AT)
        excluded = await profiles.left_alone(session, drawn)
        prices = await profiles.search_prices(session)
        of_a_lead = await calls.cost_of_a_lead(session, at_least=EXPERIENCE)
        totals = await _totals(session, icp)
    holds = Profile.model_validate(now).icp
    found = await asyncio.to_thread(fitting, holds, icp, drawn, excluded)
    return found, preview_view(
        found, icp, companies=companies, prices=prices, of_a_lead=of_a_lead, totals=totals
    )


async def _totals(session: Session, icp: IdealCustomer) -> dict[str, int]:
    """How many companies providers have for this very search, where one was asked for all of it."""
    wanted = icp_hash(without_exclusions(icp))
    return {
        one.provider: one.total
        for one in await schedules.listed(session)
        if one.icp_hash == wanted and one.slices == (whole(icp),) and one.total is not None
    }
