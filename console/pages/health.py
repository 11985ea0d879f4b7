"""The Health page: what is wrong and what to do, how each agent does for the tenant, and who works which lane."""

from collections.abc import Mapping

from dash import html

from console.components.grid import live
from console.components.health_view import agents_table, verdict
from console.components.mill_view import lanes_table, whole_view
from console.components.notices import nothing_yet
from console.page import Component, Page, View
from console.troubles import troubles
from console.vitals import shared_with, vitals, whole


async def parts(view: View) -> Mapping[str, Component]:
    """What is wrong, each agent's vitals, the lanes, and the installation for whoever may see it."""
    agents = await vitals(view.reads, view.tenant)
    shared = await shared_with(view.reads, view.tenant, [one.face for one in agents])
    everything = await whole(view.reads) if view.sees_everybody else None
    found = troubles(agents, everything, tenant=view.tenant.name)
    titles = {face.name: face.title for face in view.reads.faces}
    return {
        "verdict": verdict(found, agents, tenant=view.tenant.name),
        "agents": agents_table(agents) if agents else _nobody(view),
        "lanes": lanes_table(agents, shared),
        "whole": whole_view(everything, titles) if everything is not None else None,
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """What is wrong above, then the agents, the lanes, and all of the mill."""
    return html.Div(
        [
            html.Div([html.H1("Health")], className="heading"),
            live("verdict", drawn, className="panel panel-padded"),
            html.H2("Agents"),
            live("agents", drawn, className="panel panel-padded", tabIndex="0"),
            html.H2("Lanes of this tenant"),
            live("lanes", drawn, className="panel panel-padded", tabIndex="0"),
            *(
                [
                    html.H2("The whole mill"),
                    live("whole", drawn, className="panel panel-padded", tabIndex="0"),
                ]
                if view.sees_everybody
                else []
            ),
        ],
        className="page",
        key="health",
    )


def _nobody(view: View) -> Component:
    return nothing_yet(
        "No agents yet",
        "Agents appear here as soon as one has something to do for this tenant.",
        f"leadmill source {view.tenant.name} leads.csv",
    )


PAGE = Page(slug="health", title="Health", icon="alive", order=25, frame=frame, parts=parts)
