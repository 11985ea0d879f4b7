"""Badges: a status, a tier, how sure an address is. Always a word or a letter, never colour alone."""

from dash import html

from console.components.icon import icon
from tenants.records import RunStatus

STATUS_WORDS = {
    RunStatus.RUNNING: "Running",
    RunStatus.RETRYING: "Retrying",
    RunStatus.SNOOZED: "Snoozed",
    RunStatus.HELD: "Held",
    RunStatus.AWAITING_APPROVAL: "Needs approval",
    RunStatus.DONE: "Done",
    RunStatus.SKIPPED: "Skipped",
    RunStatus.FAILED: "Failed",
    RunStatus.RESOLVED: "Resolved",
    RunStatus.SUPERSEDED: "Superseded",
}
SETTLED = frozenset(
    {RunStatus.DONE, RunStatus.SKIPPED, RunStatus.FAILED, RunStatus.RESOLVED, RunStatus.SUPERSEDED}
)


def status_badge(status: str) -> html.Span:
    """Where a run stands."""
    word = STATUS_WORDS.get(RunStatus(status), status)
    return html.Span([icon(status), word], className=f"status status-{status.replace('_', '-')}")


def tier_badge(tier: str | None) -> html.Span:
    """The tier of a lead: A is best."""
    if tier is None:
        return html.Span("\N{EN DASH}", className="faint")
    return html.Span([html.Span("Tier ", className="unseen"), tier], className=f"tier tier-{tier.lower()}")


def address_badge(status: str | None) -> html.Span | None:
    """How sure it is that an e-mail address reaches its owner."""
    if not status:
        return None
    return html.Span(status.replace("_", " "), className=f"address address-{address_kind(status)}")


def address_kind(status: str | None) -> str:
    """Whether an address is as good as certain, doubtful or known to be wrong, in one word for its colour."""
    match status:
        case "valid" | "verified" | "deliverable":
            return "good"
        case "invalid" | "undeliverable" | "bounced":
            return "bad"
        case _:
            return "doubtful"
