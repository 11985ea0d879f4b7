"""The Domain Name System: where a domain takes mail, and which services its records are proof of."""

from decimal import Decimal

from actors.core.errors import QuestionRefused
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany, FindMailExchangers, MailExchangers
from actors.providers.dns_client import NameServers, is_name, name_servers
from actors.providers.dns_clues import mail_host, technologies
from actors.providers.dns_messages import AAAA, MX, NXDOMAIN, TXT, A

_NAME = "dns"
_MOST_QUOTED = 200


async def find_mail_exchangers(link: Link, question: FindMailExchangers) -> Reply:
    """The hosts that take the domain's mail, the preferred first.

    None where there is no such domain. No hosts where it says that it takes no mail (RFC 7505) or has no
    address at all; the domain itself where it has an address and says nothing (RFC 5321, section 5.1).
    """
    domain = _domain(question.domain)
    servers = name_servers(link.base_url, _NAME)
    told = await servers.ask(domain, MX)
    if told.code == NXDOMAIN:
        return Reply(None)
    hosts = tuple(host for _, host in sorted(told.exchangers) if host)
    if not told.exchangers and await _has_address(servers, domain):
        implicit = MailExchangers(hosts=(domain,), is_implicit=True)
        return Reply(implicit, evidence=f"address of {domain}, which has no MX")
    found = MailExchangers(hosts=hosts, takes_none=bool(told.exchangers) and not hosts)
    return Reply(found, evidence=f"MX of {domain}")


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """Who takes the company's mail, and the services that its records are proof of.

    None where there is no such domain, and where its records tell neither.
    """
    if question.domain is None:
        return Reply(None)
    domain = _domain(question.domain)
    servers = name_servers(link.base_url, _NAME)
    mail = await servers.ask(domain, MX)
    if mail.code == NXDOMAIN:
        return Reply(None)
    texts = (await servers.ask(domain, TXT)).texts
    preference, exchanger = min(((rank, host) for rank, host in mail.exchangers if host), default=(0, ""))
    used = technologies(texts)
    facts = CompanyFacts(domain=domain, technologies=tuple(used) or None, mail_host=mail_host(exchanger))
    quotes = {}
    if used:
        quotes["technologies"] = " | ".join(dict.fromkeys(used.values()))[:_MOST_QUOTED]
    if facts.mail_host is not None:
        quotes["mail_host"] = f"MX {preference} {exchanger}"
    if not quotes:
        return Reply(None)
    return Reply(facts, evidence=f"MX and TXT of {domain}", quotes=quotes)


def _domain(told: str) -> str:
    domain = told.lower().rstrip(".")
    if not is_name(domain):
        raise QuestionRefused(f"{told!r} is no domain", provider=_NAME)
    return domain


async def _has_address(servers: NameServers, domain: str) -> bool:
    for kind in (A, AAAA):
        if (await servers.ask(domain, kind)).addresses:
            return True
    return False


PROVIDER = Provider(
    name=_NAME,
    title="Domain Name System",
    base_url="",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={FindMailExchangers: find_mail_exchangers, EnrichCompany: enrich_company},
    knows=frozenset({"technologies", "mail_host"}),
    # a record proves that somebody set the service up, not that it is still in use
    trust=0.8,
    licence="public records",
    keeps_for_days=30,
    is_one_service=False,
)
