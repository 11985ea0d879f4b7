"""How a lead is judged: what the model is asked about it, and what follows from the answer."""

from collections.abc import Sequence
from uuid import UUID

from actors.core.context import Context
from actors.core.engaging import done_by_people
from actors.core.value import as_known, happenings
from scoring_models.schema import Engagement, Happening, ScoreRequest
from scoring_models.standing import lead_score
from tenants.records import Account, Contact, LeadEngagement, LeadScore
from tenants.sequences import recommended


async def judged(
    lead_id: UUID, account: Account, contact: Contact, ctx: Context, news: Sequence[LeadEngagement] = ()
) -> LeadScore:
    """The lead's score by today with its reasons, its tier, and the sequence that it is recommended in that tier.

    `news` is what its prospects did that is not kept yet.
    """
    signals = happenings(await ctx.signals(account.id), ctx.now.date())
    acts = done_by_people([*news, *await ctx.engagement(lead_id)], ctx.now)
    request = request_for(lead_id, account, contact, signals, acts)
    tracks = await ctx.sequence_tracks() if ctx.config.sequence_choice.learn else ()
    return lead_score(await ctx.score(request), request, recommended(lead_id, ctx.config, tracks))


def request_for(
    lead_id: UUID,
    account: Account,
    contact: Contact,
    signals: tuple[Happening, ...],
    engagement: tuple[Engagement, ...] = (),
) -> ScoreRequest:
    """The lead as the model is asked about it."""
    about_contact = {
        "seniority": contact.seniority,
        "department": contact.department,
        "email_status": contact.email_status,
        "engagement": engagement,
    }
    return as_known(account, lead_id, signals).model_copy(update=about_contact)
