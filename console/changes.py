"""Changes: what an approval would do, value by value, against how things stand right now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tenants.content import may_edit
from tenants.exclusions import as_address
from tenants.store.approval_queue import Live

Content = Mapping[str, Any]

_COMPANY = (
    "name",
    "domain",
    "industry",
    "country",
    "city",
    "employees",
    "founded_year",
    "revenue_usd",
    "funding_usd",
    "technologies",
    "open_jobs",
    "description",
)
_PERSON = (
    "full_name",
    "title",
    "seniority",
    "department",
    "country",
    "email",
    "email_status",
    "linkedin_url",
)
_NOTHING_KNOWN = Live({}, {}, {}, frozenset())


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: the provider, how sure it is from 0 to 1, on what evidence, and in whose words."""

    provider: str
    confidence: float | None = None
    evidence: str = ""
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value: how it stands now and how it would stand. With a `path` a person may write another one there.

    `note` says what is special about it. Lists are in the order in which they are.
    """

    name: str
    before: Any
    after: Any
    source: Source | None = None
    path: str | None = None
    note: str = ""

    @property
    def is_one(self) -> bool:
        """Whether anything would be otherwise than now."""
        return bool(_plain(self.before) != _plain(self.after))


@dataclass(frozen=True, slots=True)
class Block:
    """Changes of one thing: what happens to it, which it is, and its values before and after.

    `companies` are new ones, in so far as they are a list: each with whether the tenant has it by now.
    """

    title: str
    about: str = ""
    changes: Sequence[Change] = ()
    companies: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of all that a content is about, to be looked up as it is now."""

    accounts: tuple[UUID, ...] = ()
    contacts: tuple[UUID, ...] = ()
    leads: tuple[UUID, ...] = ()
    keys: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the content: how things stand, where values come from, whom the tenant leaves alone.

    `asked` is what the run's providers were asked and said; `sent` are the effects that went out for the lead.
    """

    live: Live = _NOTHING_KNOWN
    sources: Mapping[tuple[UUID, str], Source] = field(default_factory=dict)
    excluded: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    sent: Sequence[Mapping[str, Any]] = ()


def named(content: Content) -> Named:
    """What a content is about."""
    effect = content.get("effect") or {}
    records = [*content["new"], *content["save"]]
    accounts = {UUID(one["id"]) for one in records if one["kind"] == "Account"}
    contacts = {UUID(one["id"]) for one in records if one["kind"] == "Contact"}
    accounts |= {UUID(one["account_id"]) for one in records if one["kind"] == "Contact"}
    leads = {UUID(one["lead_id"]) for one in records if one["kind"] in ("LeadProgress", "LeadScore")}
    if effect:
        contacts.add(UUID(effect["contact_id"]))
        leads.add(UUID(effect["lead_id"]))
    return Named(
        tuple(accounts),
        tuple(contacts),
        tuple(leads),
        tuple(one["identity_key"] for one in content["new"] if one["kind"] == "Account"),
        (as_address(effect["email"]),) if effect else (),
    )


def blocks(content: Content, facts: Facts) -> list[Block]:
    """All that an approval would do: first what goes out, then what comes in anew, then what is written down."""
    return [*_of_effect(content, facts), *_of_new(content, facts), *_of_saved(content, facts)]


def objections(content: Content, facts: Facts) -> list[str]:
    """What has come in the way since it was asked, in sentences: what is said here would fail, or happen in part."""
    effect, live = content.get("effect"), facts.live
    told = []
    if effect is not None:
        contact = live.contacts.get(UUID(effect["contact_id"]))
        if contact is None:
            told.append("The contact is gone: an approval would fail.")
        elif contact["email"] != effect["email"]:
            told.append(
                f"The contact's address is {contact['email'] or 'not known'} by now: an approval would fail."
            )
        reason = facts.excluded.get(as_address(effect["email"]))
        if reason is not None:
            told.append(f"The contact is to be left alone since: {reason}. An approval would fail.")
        told += _drifted(effect, live)
    else:
        for one in content["save"]:
            if one["kind"] == "LeadProgress" and _is_over(live.leads.get(UUID(one["lead_id"]))):
                told.append("The lead is gone, closed or scored by now: an approval would fail.")
    known = sum(one["kind"] == "Account" and one["identity_key"] in live.known_keys for one in content["new"])
    if known:
        told.append(f"{known:,} of the companies came in another way by now: they would count as duplicates.")
    return told


def _drifted(effect: Mapping[str, Any], live: Live) -> Iterator[str]:
    """What the message would say of the lead, where that is not so any more."""
    lead = live.leads.get(UUID(effect["lead_id"]))
    for name in ("score", "tier"):
        if lead is not None and name in effect and lead[name] is not None and lead[name] != effect[name]:
            yield f"The lead's {name} was {effect[name]} when this was asked, and is {lead[name]} now."


def _is_over(lead: Mapping[str, Any] | None) -> bool:
    return lead is None or lead["stage"] == "scored" or lead["duplicate_of"] is not None


def _of_effect(content: Content, facts: Facts) -> Iterator[Block]:
    effect = content.get("effect")
    if effect is None:
        return
    if effect["kind"] == "EnrolContact":
        yield _enrolment(effect, facts)
    elif effect["kind"] == "WriteProspect":
        yield from _prospect(effect, facts)
    else:
        yield Block(f"Goes out: {effect['kind']}", effect["email"])


def _enrolment(effect: Mapping[str, Any], facts: Facts) -> Block:
    contact_id, lead_id = UUID(effect["contact_id"]), UUID(effect["lead_id"])
    contact, lead = facts.live.contacts.get(contact_id, {}), facts.live.leads.get(lead_id, {})
    before = [one["request"]["sequence"] for one in facts.sent if (one["request"] or {}).get("sequence")]

    def change(name: str, key: str, now: Any, of: UUID = contact_id, named_as: str = "") -> Change:
        return Change(
            name,
            now,
            effect[key],
            facts.sources.get((of, named_as or key)),
            f"effect.{key}" if may_edit("EnrolContact", key) else None,
        )

    return Block(
        "A message sequence begins",
        f"{effect['name']} <{effect['email']}>",
        (
            change("Sequence", "sequence", ", ".join(before) or None),
            change("To", "email", contact.get("email")),
            change("Name", "name", contact.get("full_name"), named_as="full_name"),
            change("Title", "title", contact.get("title")),
            change("Score", "score", lead.get("score")),
            change("Tier", "tier", lead.get("tier")),
        ),
    )


def _prospect(effect: Mapping[str, Any], facts: Facts) -> Iterator[Block]:
    on_file = _on_file(facts.asked)
    for kind, title in (("account", "The company in the CRM"), ("contact", "The person in the CRM")):
        record = on_file.get(kind) or {}
        values, edited = record.get("values", {}), record.get("edited", ())
        changes = []
        for name, after in effect[kind].items():
            place = f"{kind}.{name}"
            is_kept = name in edited and values.get(name) != after and place not in effect["replaces"]
            note = ""
            if place in effect["replaces"]:
                note = "replaces what a person wrote"
            elif is_kept:
                note = f"a person wrote this, so that it stays; {after} is not written"
            changes.append(
                Change(
                    name.replace("_", " "),
                    values.get(name),
                    values.get(name) if is_kept else after,
                    path=None if is_kept else f"effect.{place}",
                    note=note,
                )
            )
        about = effect["domain"] if kind == "account" else effect["email"]
        yield Block(title if record else f"{title}, which is new there", about, changes)


def _on_file(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the CRM said when it was asked, out of the run's recording."""
    for question, put in asked.items():
        if question.startswith("ReadProspect "):
            for told in put.get("told", {}).values():
                if told.get("content"):
                    found: Mapping[str, Any] = told["content"]
                    return found
    return {}


def _of_new(content: Content, facts: Facts) -> Iterator[Block]:
    companies = [
        {**one, "is_known": one["identity_key"] in facts.live.known_keys}
        for one in content["new"]
        if one["kind"] == "Account"
    ]
    if companies:
        one_or_more = "1 company comes in" if len(companies) == 1 else f"{len(companies):,} companies come in"
        yield Block(one_or_more, "each as a lead of its own", companies=companies)


def _of_saved(content: Content, facts: Facts) -> Iterator[Block]:
    sources = {**facts.sources, **_found(content)}
    for number, one in enumerate(content["save"]):
        if one["kind"] == "Account":
            now = facts.live.accounts.get(UUID(one["id"]), {})
            yield _record("A company's record", one["name"], one, now, _COMPANY, sources, number)
        elif one["kind"] == "Contact":
            now = facts.live.contacts.get(UUID(one["id"]), {})
            title = "A person's record" if now else "A person comes in"
            yield _record(title, one["full_name"], one, now, _PERSON, sources, number)
        elif one["kind"] == "LeadProgress":
            lead = facts.live.leads.get(UUID(one["lead_id"]), {})
            yield Block("The lead moves on", changes=(Change("Stage", lead.get("stage"), one["stage"]),))
        elif one["kind"] == "LeadScore":
            lead = facts.live.leads.get(UUID(one["lead_id"]), {})
            names = ("score", "tier", "sequence", "model")
            changes = tuple(Change(name.capitalize(), lead.get(name), one[name]) for name in names)
            yield Block("The lead is scored", changes=changes)


def _record(
    title: str,
    about: str,
    record: Mapping[str, Any],
    now: Mapping[str, Any],
    names: Sequence[str],
    sources: Mapping[tuple[UUID, str], Source],
    number: int,
) -> Block:
    changes = (
        Change(
            name.replace("_", " ").capitalize(),
            now.get(name),
            record.get(name),
            sources.get((UUID(record["id"]), name)),
            f"save.{number}.{name}" if may_edit(record["kind"], name) else None,
        )
        for name in names
        if record.get(name) is not None or now.get(name) is not None
    )
    return Block(title, about, tuple(changes))


def _found(content: Content) -> dict[tuple[UUID, str], Source]:
    """Where the values of a content come from, as its own findings say."""
    return {
        (UUID(one["subject_id"]), one["field"]): Source(
            one["provider"], one["confidence"], one["evidence"], one.get("quote")
        )
        for one in content["save"]
        if one["kind"] == "Finding" and one.get("is_current")
    }


def _plain(value: Any) -> Any:
    """A value as it is compared: however it came, as JSON or out of the database."""
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, int | float):
        return float(value)
    return str(value) if value is not None and value != "" else None
