"""What HubSpot has on file of a company and a person: of one prospect, or of many in a few requests.

A batch tells what became of each item, in an order of its own. What it says nothing of, such as a person who is
found by an address that was theirs before, is asked for alone.
"""

from collections.abc import Sequence

from actors.core.errors import AgentError, QuestionRefused
from actors.core.provider import Link, Reply
from actors.core.questions import ProspectOnFile, ReadProspect
from actors.providers.fields import text
from actors.providers.hubspot_requests import (
    Found,
    id_of,
    properties_of,
    read_object,
    read_objects,
    search,
    search_among,
)

_NAME = "hubspot"
#: the property of ours with unique values by which a company that we wrote is known
OURS = "leadmill_id"

# What became of each that was asked for: what was found, None where there is none, or the error of this one alone.
_Outcomes = dict[str, Found | AgentError | None]


async def one_prospect(link: Link, question: ReadProspect) -> Reply:
    """What is on file of the company and the person; a miss where there is nothing of either."""
    return _told(
        question, await find_company(link, question.domain), await find_contact(link, question.email)
    )


async def many_prospects(link: Link, questions: Sequence[ReadProspect]) -> list[Reply | AgentError]:
    """The same of as many as one batch takes, each with an outcome of its own."""
    companies = await _companies(link, [question.domain for question in questions])
    contacts = await read_objects(link, "contacts", [question.email for question in questions], "email")
    told: dict[ReadProspect, Reply | AgentError] = {}
    for question in dict.fromkeys(questions):
        told[question] = await _outcome(link, question, companies, contacts)
    return [told[question] for question in questions]


async def find_company(link: Link, domain: str) -> Found | None:
    """The company that we wrote under this domain, else the one that others have put there."""
    found = await read_object(link, "companies", domain, OURS)
    if found is not None:
        return found
    others, _ = await search(link, "companies", "domain", domain, ("domain",), 0)
    if len(others) > 1:
        raise _several()
    return await read_object(link, "companies", id_of(others[0].get("id"))) if others else None


async def find_contact(link: Link, email: str) -> Found | None:
    """The person with this address."""
    return await read_object(link, "contacts", email.lower(), "email")


async def _companies(link: Link, domains: Sequence[str]) -> _Outcomes:
    """The companies that we wrote under these domains, else those that others have put there."""
    outcomes = await read_objects(link, "companies", domains, OURS)
    missing = [domain for domain, found in outcomes.items() if found is None]
    ids: dict[str, list[str]] = {}
    for one in await search_among(link, "companies", "domain", missing, ("domain",)):
        ids.setdefault((text(properties_of(one).get("domain")) or "").lower(), []).append(
            id_of(one.get("id"))
        )
    theirs = {domain: found[0] for domain in missing if len(found := ids.get(domain, [])) == 1}
    read = await read_objects(link, "companies", list(theirs.values()))
    for domain in missing:
        if len(ids.get(domain, ())) > 1:
            outcomes[domain] = _several()
        elif domain in theirs:
            if theirs[domain] in read:
                outcomes[domain] = read[theirs[domain]]
            else:
                del outcomes[domain]
    return outcomes


async def _outcome(
    link: Link, question: ReadProspect, companies: _Outcomes, contacts: _Outcomes
) -> Reply | AgentError:
    domain, email = question.domain.lower(), question.email.lower()
    if domain not in companies or email not in contacts:
        try:
            return await one_prospect(link, question)
        except AgentError as error:
            return error
    account, contact = companies[domain], contacts[email]
    if isinstance(account, AgentError):
        return account
    return contact if isinstance(contact, AgentError) else _told(question, account, contact)


def _told(question: ReadProspect, account: Found | None, contact: Found | None) -> Reply:
    if account is None and contact is None:
        return Reply(None)
    on_file = ProspectOnFile(account=account and account.record, contact=contact and contact.record)
    return Reply(on_file, evidence=f"HubSpot company of {question.domain}")


def _several() -> QuestionRefused:
    return QuestionRefused("several companies have this domain: merge them in HubSpot", provider=_NAME)
