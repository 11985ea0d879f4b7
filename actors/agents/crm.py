"""Keeps the customer's CRM up to date with the prospects that were found."""

from collections.abc import Mapping
from typing import Any

from actors.core.agent import agent
from actors.core.context import Context
from actors.core.effects import WriteProspect
from actors.core.outcome import Act, Done, Outcome, Skip
from actors.core.questions import ProspectOnFile, ReadProspect, RecordOnFile
from actors.events.lead import LeadScored
from tenants.approvals import ActKind
from tenants.records import Account, Contact

_OF_ACCOUNT = ("name", "industry", "country", "city", "employees", "founded_year", "revenue_usd")
_OF_CONTACT = ("title", "seniority", "department")


@agent(on=LeadScored, effect=WriteProspect)
async def crm(event: LeadScored, ctx: Context) -> Outcome:
    """Writes a scored lead into the customer's CRM, and asks before it replaces what people have edited there."""
    account = await ctx.account(event.account_id)
    contact = await ctx.contact(event.contact_id)
    if account is None or contact is None:
        return Skip("the account or the contact is gone", missing="contact")
    if account.domain is None or contact.email is None:
        return Skip("the CRM knows companies by domain and people by address", missing="email")
    answer = await ctx.ask(ReadProspect(domain=account.domain, email=contact.email))
    on_file = answer.content or ProspectOnFile()
    of_account, of_contact = wanted(account, contact, event)
    in_the_way = edited("account", of_account, on_file.account) + edited(
        "contact", of_contact, on_file.contact
    )
    replaces = in_the_way if ctx.config.approvals.overwrite != "never" else ()
    records = {"account": on_file.account, "contact": on_file.contact}
    effect = WriteProspect(
        lead_id=event.lead_id,
        contact_id=contact.id,
        email=contact.email,
        domain=account.domain,
        account=of_account,
        contact=of_contact,
        replaces=replaces,
        seen={kind: record.etag for kind, record in records.items() if record is not None},
    )
    why = f"replace what people have edited in the CRM: {', '.join(replaces)}"
    return Done(
        effect=effect,
        output={"replaces": list(replaces), "left": [one for one in in_the_way if one not in replaces]},
        acts=(Act(ActKind.OVERWRITE, why, len(replaces)),) if replaces else (),
    )


def wanted(account: Account, contact: Contact, event: LeadScored) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that the CRM should have of the company and of the person, as far as they are known."""
    of_account = {name: getattr(account, name) for name in _OF_ACCOUNT}
    of_account |= {"lead_score": event.score, "lead_tier": event.tier}
    of_contact = {"name": contact.full_name, **{name: getattr(contact, name) for name in _OF_CONTACT}}
    return _known(of_account), _known(of_contact)


def edited(kind: str, fields: Mapping[str, Any], record: RecordOnFile | None) -> tuple[str, ...]:
    """Those of our fields that a person has given another value, such as `account.name`."""
    if record is None:
        return ()
    return tuple(
        f"{kind}.{name}"
        for name, value in fields.items()
        if name in record.edited and record.values.get(name) != value
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
