from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.agents.contact_finder import contact_finder
from actors.core.errors import NotConnected, OptedOut, ProviderDown
from actors.core.outcome import Done, Skip, Snooze
from actors.core.people.reaching import guesses, is_well_formed
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    Answer,
    FindMailExchangers,
    FindPattern,
    FindPeople,
    HostVisit,
    MailboxProbe,
    MailExchangers,
    PeopleFound,
    PersonFound,
    ProbeMailbox,
    RecipientReply,
    RevealPerson,
    ServerReply,
    VerifyAddress,
)
from actors.core.verification.replies import read_reply
from actors.events.lead import Company, LeadEnriched
from tenants.exclusions import Exclusion, ExclusionKind
from tenants.policies import read_config
from tenants.records import Contact, Finding, LeadProgress, Stage, TrackRecord
from tests.fakes.context import FakeContext

HIDDEN = PersonFound(provider_id="p7", first_name="Ann", last_name="Ex***e", title="CEO", has_email=True)
REVEALED = PersonFound(
    provider_id="p7",
    first_name="Ann",
    last_name="Example",
    title="CEO",
    seniority="c_suite",
    department="executive",
    country="DE",
    linkedin_url="https://www.linkedin.com/in/ann",
)
KNOWN = REVEALED.model_copy(update={"email": "ann@acme.com", "email_status": "deliverable"})

ALL_WELL = {
    FindMailExchangers: MailExchangers(hosts=("mx.acme.com",)),
    FindPeople: PeopleFound(people=(HIDDEN,)),
    RevealPerson: KNOWN,
    FindPattern: AddressPattern(pattern="{first}.{last}"),
    ProbeMailbox: NotConnected("ProbeMailbox"),
    VerifyAddress: lambda question: AddressVerdict(email=question.email, status="deliverable"),
}


def enriched(domain="acme.com"):
    return LeadEnriched(
        lead_id=uuid4(), account_id=uuid4(), account=Company(name="Acme", domain=domain), providers=()
    )


async def find(changes=None, *, event=None, config=None):
    ctx = FakeContext(ALL_WELL | (changes or {}), config=config)
    return ctx, await contact_finder.work(event or enriched(), ctx)


def asked(ctx, kind):
    return [question for question in ctx.asked if type(question) is kind]


async def test_a_person_with_a_deliverable_address_is_saved_and_said_and_nothing_more_is_asked():
    event = enriched()
    ctx, outcome = await find(event=event)
    assert isinstance(outcome, Done)
    contact, progress, *_ = outcome.save
    assert isinstance(contact, Contact)
    assert (contact.account_id, contact.full_name, contact.title, contact.seniority, contact.country) == (
        event.account_id,
        "Ann Example",
        "CEO",
        "c_suite",
        "DE",
    )
    assert (contact.email, contact.email_status, contact.email_source) == (
        "ann@acme.com",
        "deliverable",
        "oracle",
    )
    assert progress == LeadProgress(lead_id=event.lead_id, stage=Stage.CONTACTABLE, contact_id=contact.id)
    (said,) = outcome.say
    assert (said.lead_id, said.account_id, said.contact_id, said.email_status, said.email_source) == (
        event.lead_id,
        event.account_id,
        contact.id,
        "deliverable",
        "oracle",
    )
    assert [type(question) for question in ctx.asked] == [FindMailExchangers, FindPeople, RevealPerson]


async def test_what_is_said_holds_nothing_personal():
    _, outcome = await find()
    text = outcome.say[0].model_dump_json() + str(outcome.output)
    for personal in ("Ann", "Example", "ann@", "linkedin"):
        assert personal not in text


async def test_the_same_person_is_the_same_contact_whenever_it_is_found():
    event = enriched()
    first, second, elsewhere = [
        (await find(event=one))[1].save[0].id for one in (event, event, enriched("acme.de"))
    ]
    assert first == second != elsewhere


async def test_the_person_found_is_the_one_that_is_revealed():
    ctx, _ = await find()
    (question,) = asked(ctx, RevealPerson)
    assert (question.domain, question.provider_id, question.first_name, question.last_name) == (
        "acme.com",
        "p7",
        "Ann",
        "Ex***e",
    )


async def test_a_company_without_a_domain_or_without_mail_is_skipped_before_anybody_is_paid():
    ctx, outcome = await find(event=enriched(domain=None))
    assert outcome == Skip("no domain is known for this company", missing="domain")
    assert ctx.asked == []
    for nobody in (None, MailExchangers(hosts=())):
        ctx, outcome = await find({FindMailExchangers: nobody})
        assert outcome == Skip("the domain takes no mail", missing="mail exchanger")
        assert len(ctx.asked) == 1


async def test_personas_are_tried_in_their_order_until_one_is_found():
    config = read_config({"personas": [{"titles": ["CEO"]}, {"titles": ["CTO"]}, {"titles": ["CFO"]}]})

    def people(question):
        second = HIDDEN.model_copy(update={"title": "CTO"})
        return PeopleFound(people=(second,) if question.persona.titles == ("CTO",) else ())

    ctx, outcome = await find({FindPeople: people}, config=config)
    assert isinstance(outcome, Done)
    # of the first nobody else knows anybody either
    asked_for = [question.persona.titles for question in asked(ctx, FindPeople)]
    assert asked_for == [("CEO",), ("CEO",), ("CTO",)]
    for nobody in (None, PeopleFound(people=())):
        ctx, outcome = await find({FindPeople: nobody}, config=config)
        assert outcome == Skip("nobody there matches the persona", missing="person")
        assert {question.persona.titles for question in asked(ctx, FindPeople)} == {
            ("CEO",),
            ("CTO",),
            ("CFO",),
        }


@pytest.mark.parametrize("where", [RevealPerson, FindPattern, VerifyAddress])
async def test_who_objected_is_skipped_and_nothing_of_the_person_is_kept(where):
    _, outcome = await find({RevealPerson: REVEALED} | {where: OptedOut()})
    assert isinstance(outcome, Skip)
    left_alone = [one.value for one in outcome.save if isinstance(one, Exclusion)]
    assert left_alone == (["ann.example@acme.com"] if where is VerifyAddress else [])
    # how the company writes its addresses is nothing of the person's
    rest = [one for one in outcome.save if not isinstance(one, Exclusion)]
    assert {one.field for one in rest} == ({"email_pattern"} if where is VerifyAddress else set())
    assert "ann" not in str(rest).lower()
    assert "objected" in outcome.reason


async def test_a_guess_that_the_verifier_confirms_is_deliverable_and_says_that_it_was_a_guess():
    ctx, outcome = await find({RevealPerson: REVEALED, FindPattern: AddressPattern(pattern="{f}{last}")})
    assert isinstance(outcome, Done)
    assert (outcome.save[0].email, outcome.save[0].email_source) == ("aexample@acme.com", "pattern")
    assert outcome.say[0].email_source == "pattern"
    assert [question.email for question in asked(ctx, VerifyAddress)] == ["aexample@acme.com"]


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        *(
            AddressVerdict(email="ann.example@acme.com", status=status)
            for status in ("undeliverable", "accept_all", "unknown")
        ),
    ],
)
async def test_a_guess_that_the_verifier_does_not_confirm_is_never_deliverable(verdict):
    _, outcome = await find({RevealPerson: REVEALED, VerifyAddress: verdict})
    assert isinstance(outcome, Skip)
    assert outcome.missing == "email"
    contact, *_ = outcome.save
    assert contact.email == "ann.example@acme.com"
    assert contact.email_status == (verdict.status if verdict is not None else "unknown")


async def test_a_guess_is_no_better_when_the_verifier_can_not_be_asked():
    with pytest.raises(ProviderDown):
        await find({RevealPerson: REVEALED, VerifyAddress: ProviderDown()})


@pytest.mark.parametrize("status", [None, "accept_all", "unknown", "undeliverable"])
async def test_an_address_that_a_provider_is_not_sure_of_is_verified(status):
    unsure = KNOWN.model_copy(update={"email_status": status})
    ctx, outcome = await find({RevealPerson: unsure})
    assert isinstance(outcome, Done)
    assert [question.email for question in asked(ctx, VerifyAddress)] == ["ann@acme.com"]
    assert outcome.save[0].email_source == "oracle"
    _, outcome = await find({RevealPerson: unsure, VerifyAddress: None})
    assert isinstance(outcome, Skip)


async def test_what_a_provider_gives_as_an_address_and_is_none_is_not_used():
    broken = KNOWN.model_copy(update={"email": "email_not_unlocked"})
    ctx, outcome = await find({RevealPerson: broken})
    assert outcome.save[0].email == "ann.example@acme.com"
    assert asked(ctx, VerifyAddress)


async def test_where_the_name_stays_hidden_nobody_is_guessed():
    ctx, outcome = await find({RevealPerson: None})
    assert outcome.reason == "no deliverable address (best: none)"
    assert outcome.save[0].email is None
    assert asked(ctx, VerifyAddress) == []


@pytest.mark.parametrize("pattern", [None, AddressPattern(pattern=None)])
async def test_where_no_pattern_is_known_the_likeliest_is_tried(pattern):
    ctx, _ = await find({RevealPerson: REVEALED, FindPattern: pattern})
    assert [question.email for question in asked(ctx, VerifyAddress)] == ["ann.example@acme.com"]


async def test_who_does_not_match_is_not_pursued_and_the_next_persona_is_tried():
    assistant = HIDDEN.model_copy(update={"provider_id": "p8", "title": "Assistant to the CEO"})
    config = read_config({"personas": [{"titles": ["CEO"]}, {"titles": ["CTO"]}]})
    ctx, outcome = await find({FindPeople: PeopleFound(people=(assistant, HIDDEN))}, config=config)
    assert isinstance(outcome, Done)
    assert [question.provider_id for question in asked(ctx, RevealPerson)] == ["p7"]
    ctx, outcome = await find({FindPeople: PeopleFound(people=(assistant,))}, config=config)
    assert outcome == Skip("nobody there matches the persona", missing="person")
    assert {question.persona.titles for question in asked(ctx, FindPeople)} == {("CEO",), ("CTO",)}


def guessed(pattern, first, last, domain="acme.com", **company):
    who = PersonFound(first_name=first, last_name=last)
    return guesses(pattern, "hunter", who, Company(name="Acme", **company), domain)


@pytest.mark.parametrize(
    ("pattern", "first", "last", "local"),
    [
        ("{first}.{last}", "Ann", "Example", "ann.example"),
        ("{f}{last}", "Ann", "Example", "aexample"),
        ("{first}{l}", "Ann", "Example", "anne"),
        ("{last}_{first}", "Ann", "Example", "example_ann"),
        ("{first}", "Jean-Luc", "Picard", "jeanluc"),
        ("{first}.{last}", "Zoë", "O'Neill", "zoe.oneill"),
        ("{first}.{last}", "Jürgen", "Groß", "jurgen.gross"),
        ("{first}.{last}", "Łukasz", "Ørsted", "lukasz.orsted"),
        ("{first}.{last}", "Ana", "de la Cruz", "ana.delacruz"),
        # letters that are no accents: without them it is somebody else's name
        ("{first}.{last}", "Mads", "Kjær", "mads.kjaer"),
        ("{first}.{last}", "Đorđe", "Novak", "dorde.novak"),
        ("{first}.{last}", "Işıl", "Yıldız", "isil.yildiz"),  # noqa: RUF001 - her name
    ],
)
def test_a_guess_follows_the_pattern_and_writes_names_as_addresses_do(pattern, first, last, local):
    assert guessed(pattern, first, last)[0] == f"{local}@acme.com"


def test_size_and_country_say_what_is_guessed_first():
    assert guessed(None, "Jörg", "Groß", country="DE", employees=400)[0] == "joerg.gross@acme.com"
    assert guessed(None, "Ann", "Example", country="US", employees=5)[0] == "ann@acme.com"


def test_a_pattern_that_is_no_known_one_leaves_the_usual_guesses():
    assert guessed("{first}.{middle}.{last}", "Ann", "Example")[0] == "ann.example@acme.com"


@pytest.mark.parametrize(
    ("first", "last", "domain"),
    [
        (None, "Example", "acme.com"),
        ("Ann", None, "acme.com"),
        ("Ann", "", "acme.com"),
        ("Ann", "Ex***e", "acme.com"),
        ("A***", "Example", "acme.com"),
        ("Ann", "李", "acme.com"),
        ("Ann", "7", "acme.com"),
        ("Ann", "Example", "acme"),
    ],
)
def test_where_there_is_no_name_or_no_address_nothing_is_guessed(first, last, domain):
    assert guessed("{first}.{last}", first, last, domain) == ()


def deliverable_only(*emails):
    return lambda question: AddressVerdict(
        email=question.email, status="deliverable" if question.email in emails else "undeliverable"
    )


async def test_where_the_likeliest_guess_takes_no_mail_the_next_is_tried():
    changes = {
        RevealPerson: REVEALED,
        FindPattern: None,
        VerifyAddress: deliverable_only("aexample@acme.com", "ann@acme.com"),
    }
    ctx, outcome = await find(changes)
    assert isinstance(outcome, Done)
    tried = [question.email for question in asked(ctx, VerifyAddress)]
    assert tried == ["ann.example@acme.com", "annexample@acme.com", "aexample@acme.com"]
    contact, _, *findings = outcome.save
    assert (contact.email, contact.email_status) == ("aexample@acme.com", "deliverable")
    kept = [(one.value, one.is_current) for one in findings if one.field == "email_status"]
    assert kept == [("deliverable", True)]


async def test_no_more_than_three_guesses_are_paid_for():
    ctx, outcome = await find({RevealPerson: REVEALED, FindPattern: None, VerifyAddress: deliverable_only()})
    assert isinstance(outcome, Skip)
    assert len(asked(ctx, VerifyAddress)) == 3
    assert outcome.save[0].email == "ann.example@acme.com"


async def test_a_guess_that_is_hardly_likely_is_not_paid_for():
    ctx, _ = await find({RevealPerson: REVEALED, VerifyAddress: deliverable_only()})
    assert [question.email for question in asked(ctx, VerifyAddress)] == ["ann.example@acme.com"]


async def test_where_everything_is_accepted_the_best_guess_is_taken_and_no_other_paid_for():
    accepts = {VerifyAddress: lambda question: AddressVerdict(email=question.email, status="accept_all")}
    ctx, outcome = await find({RevealPerson: REVEALED, FindPattern: None, **accepts})
    assert len(asked(ctx, VerifyAddress)) == 1
    assert (outcome.save[0].email, outcome.save[0].email_status) == ("ann.example@acme.com", "accept_all")


@pytest.mark.parametrize("email", ["ann@acme.com", "a.b+c@mail.acme.co.uk", "ann@münchen.de"])
def test_an_address_is_well_formed(email):
    assert is_well_formed(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@acme.com",
        "ann@acme",
        "a b@acme.com",
        "ann@acme..com",
        "ann@localhost",
        "a@b@acme.com",
    ],
)
def test_an_address_is_not_well_formed(email):
    assert not is_well_formed(email)


@pytest.mark.parametrize("status", ["accept_all", "risky", "unknown", "undeliverable", "disposable"])
async def test_an_address_that_nobody_could_verify_is_an_act_where_the_tenant_wants_to_hear_of_it(status):
    answers = {
        RevealPerson: REVEALED,
        VerifyAddress: lambda question: AddressVerdict(email=question.email, status=status),
    }
    doubtful = status in {"accept_all", "risky", "unknown"}
    for wish, used in (("never", False), ("ask", doubtful), ("allow", doubtful)):
        _, outcome = await find(answers, config=read_config({"approvals": {"unverified_address": wish}}))
        if not used:
            assert isinstance(outcome, Skip)
            assert outcome.missing == "email"
            continue
        assert isinstance(outcome, Done)
        assert [(act.kind, act.why) for act in outcome.acts] == [
            ("unverified_address", f"the address is {status.replace('_', ' ')}")
        ]
        assert outcome.say[0].email_status == status


async def test_a_verified_address_is_no_act():
    _, outcome = await find(config=read_config({"approvals": {"unverified_address": "ask"}}))
    assert outcome.acts == ()


def priced(content, provider, cost):
    return Answer(provider=provider, content=content, cost_usd=Decimal(cost), evidence="call 7")


async def test_each_value_of_a_contact_has_its_source_and_its_share_of_the_price():
    revealed = PersonFound(provider_id="p1", first_name="Ann", last_name="Example", title="CEO", email=None)
    changes = {
        RevealPerson: priced(revealed, "apollo", "0.05"),
        FindPattern: priced(AddressPattern(pattern="{first}"), "hunter", "0.03"),
        VerifyAddress: priced(AddressVerdict(email="ann@acme.com", status="deliverable"), "hunter", "0.03"),
    }
    event = enriched()
    _, outcome = await find(changes, event=event)
    contact, _, *findings = outcome.save
    assert {(one.field, one.value, one.provider, one.subject_id, one.is_current) for one in findings} == {
        ("first_name", "Ann", "apollo", contact.id, True),
        ("last_name", "Example", "apollo", contact.id, True),
        ("title", "CEO", "apollo", contact.id, True),
        ("email_pattern", "{first}", "hunter", event.account_id, True),
        ("email_status", "deliverable", "hunter", contact.id, True),
    }
    assert sum(one.cost_usd for one in findings) == Decimal("0.11")


async def test_of_a_person_who_objected_nothing_is_kept_but_what_was_paid():
    changes = {
        RevealPerson: priced(PersonFound(first_name="Ann", last_name="Example"), "apollo", "0.05"),
        FindPattern: OptedOut(),
    }
    event = enriched()
    _, outcome = await find(changes, event=event)
    assert isinstance(outcome, Skip)
    (paid,) = outcome.save
    assert (paid.subject_id, paid.field, paid.value, paid.cost_usd) == (
        event.account_id,
        "nothing",
        None,
        Decimal("0.05"),
    )
    assert "Ann" not in paid.model_dump_json()


async def test_what_looking_for_people_cost_is_written_down_whether_or_not_somebody_was_found():
    nobody = priced(PeopleFound(people=()), "pdl", "0.20")
    somebody = priced(PeopleFound(people=(HIDDEN,)), "pdl", "0.50")
    config = read_config({"personas": [{"titles": ["CEO"]}, {"titles": ["CTO"]}]})
    event = enriched()
    _, outcome = await find({FindPeople: nobody}, event=event, config=config)
    assert isinstance(outcome, Skip)
    assert [(one.subject_id, one.field, one.cost_usd) for one in outcome.save] == [
        (event.account_id, "nothing", Decimal("0.40"))  # for both personas
    ]
    _, outcome = await find({FindPeople: somebody}, event=event)
    paid = [one for one in outcome.save if isinstance(one, Finding) and one.provider == "pdl"]
    assert [(one.subject_id, one.field, one.cost_usd) for one in paid] == [
        (event.account_id, "nothing", Decimal("0.50"))
    ]


@pytest.mark.parametrize(
    "changes", [{}, {RevealPerson: REVEALED, FindPattern: AddressPattern(pattern="{first}")}]
)
async def test_a_person_whom_the_tenant_leaves_alone_is_skipped_and_not_kept(changes):
    paid = {
        kind: priced(content, "apollo", "0.05") for kind, content in {RevealPerson: KNOWN, **changes}.items()
    }
    ctx = FakeContext(ALL_WELL | paid, excluded={"ann@acme.com": "do not contact"})
    outcome = await contact_finder.work(enriched(), ctx)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "do not contact"
    assert {one.field for one in outcome.save} <= {"nothing", "email_pattern"}
    assert sum(one.cost_usd for one in outcome.save) == Decimal("0.05") * len(paid)
    assert "ann" not in str(outcome.save).lower()


def said(code, text):
    return ServerReply(code=code, text=text, enhanced=None, meaning=read_reply(code, text).meaning)


def probe(wanted, other):
    """What the domain's one mail server says of the address, and of two names that nobody has."""
    return lambda question: MailboxProbe(
        email=question.email,
        visits=(HostVisit(host="mx.acme.com", address="192.0.2.1", step="recipients"),),
        host="mx.acme.com",
        randoms=(RecipientReply(email="x@acme.com", reply=said(*other)),) * 2,
        wanted=said(*wanted),
        transcript=("> RCPT TO:<ann.example@acme.com>", f"< {wanted[0]} {wanted[1]}"),
    )


OK, NOBODY, GREY = (250, "2.1.5 OK"), (550, "5.1.1 no such user"), (450, "4.2.0 Greylisted")


async def test_what_a_mail_server_tells_is_not_bought_and_is_kept_with_its_words():
    ctx, outcome = await find({RevealPerson: REVEALED, ProbeMailbox: probe(OK, NOBODY)})
    assert isinstance(outcome, Done)
    assert asked(ctx, VerifyAddress) == []
    assert len(asked(ctx, FindMailExchangers)) == 1
    (status,) = [one for one in outcome.save if isinstance(one, Finding) and one.field == "email_status"]
    assert (status.provider, status.value, status.is_current) == ("mailbox", "deliverable", True)
    assert "250 2.1.5 OK" in status.quote


async def test_a_server_that_takes_every_name_ends_the_guessing_and_is_no_verified_contact():
    ctx, outcome = await find({RevealPerson: REVEALED, ProbeMailbox: probe(OK, OK)})
    assert isinstance(outcome, Skip)
    assert "accept_all" in outcome.reason
    assert "takes names that nobody has" in outcome.reason
    assert len(asked(ctx, ProbeMailbox)) == 1


async def test_greylisting_is_come_back_to_with_the_same_address_and_not_for_ever():
    answers = ALL_WELL | {RevealPerson: REVEALED, ProbeMailbox: probe(GREY, GREY)}
    ctx = FakeContext(answers)
    outcome = await contact_finder.work(enriched(), ctx)
    assert isinstance(outcome, Snooze)
    assert timedelta(minutes=5) <= outcome.until - ctx.now <= timedelta(minutes=15)
    assert [question.email for question in asked(ctx, ProbeMailbox)] == ["ann.example@acme.com"]
    assert asked(ctx, VerifyAddress) == []
    late = await contact_finder.work(enriched(), FakeContext(answers, attempt=4))
    assert isinstance(late, Skip)
    assert "unknown" in late.reason


async def test_who_objected_is_left_alone_from_then_on_where_the_address_is_known():
    objection = OptedOut(provider="hunter")
    _, outcome = await find({RevealPerson: REVEALED, VerifyAddress: objection})
    assert isinstance(outcome, Skip)
    (kept,) = [one for one in outcome.save if isinstance(one, Exclusion)]
    assert (kept.kind, kept.value, kept.reason, kept.source) == (
        ExclusionKind.EMAIL,
        "ann.example@acme.com",
        "do not contact",
        "hunter",
    )
    assert not any(isinstance(one, Contact) for one in outcome.save)
    _, outcome = await find({RevealPerson: objection})  # whoever it is, there is no address to keep away from
    assert not any(isinstance(one, Exclusion) for one in outcome.save)


async def test_what_a_vendor_tells_is_not_said_to_be_of_mail_servers_that_did_not_tell():
    blocked = (554, "5.7.1 your address is on a list")
    _, outcome = await find({RevealPerson: REVEALED, ProbeMailbox: probe(blocked, blocked)})
    assert isinstance(outcome, Done)
    found = [one for one in outcome.save if isinstance(one, Finding) and one.field == "email_status"]
    assert [(one.provider, one.value) for one in found] == [("oracle", "deliverable")]


BEN = PersonFound(provider_id="p9", first_name="Ben", last_name="Other", title="CEO", has_email=True)
BENS = BEN.model_copy(update={"email": "ben@acme.com", "email_status": "deliverable"})


def each(question):
    """Who they are in full, by their ids."""
    return {"p7": KNOWN, "p9": BENS}.get(question.provider_id)


def wanting(people, **more):
    return read_config({"personas": [{"titles": ["CEO"], "per_account": people}], **more})


async def test_as_many_people_as_are_wanted_are_found_and_the_lead_goes_by_the_first():
    event = enriched()
    people = {FindPeople: PeopleFound(people=(HIDDEN, BEN)), RevealPerson: each}
    _, outcome = await find(people, event=event, config=wanting(2))
    assert isinstance(outcome, Done)
    contacts = [one for one in outcome.save if isinstance(one, Contact)]
    assert [one.email for one in contacts] == ["ann@acme.com", "ben@acme.com"]
    assert [(one.contact_id, one.place) for one in outcome.say] == [(contacts[0].id, 1), (contacts[1].id, 2)]
    (progress,) = [one for one in outcome.save if isinstance(one, LeadProgress)]
    assert progress.contact_id == contacts[0].id
    assert [one["title"] for one in outcome.output["others"]] == ["CEO"]
    _, outcome = await find(people, config=wanting(1))
    assert len(outcome.say) == 1


async def test_where_the_first_cannot_be_written_to_the_lead_goes_by_the_next():
    people = {
        FindPeople: PeopleFound(people=(HIDDEN, BEN)),
        RevealPerson: lambda question: BENS if question.provider_id == "p9" else REVEALED,
        VerifyAddress: lambda question: AddressVerdict(email=question.email, status="undeliverable"),
    }
    _, outcome = await find(people, config=wanting(2))
    assert isinstance(outcome, Done)
    contacts = {one.id: one for one in outcome.save if isinstance(one, Contact)}
    (said,) = outcome.say
    assert (contacts[said.contact_id].full_name, said.place) == ("Ben Other", 1)
    assert {one.email_status for one in contacts.values()} == {"deliverable", "undeliverable"}


async def test_one_who_objected_keeps_nobody_else_from_being_found():
    def of_whom(question):
        return OptedOut() if question.provider_id == "p7" else BENS

    _, outcome = await find(
        {FindPeople: PeopleFound(people=(HIDDEN, BEN)), RevealPerson: of_whom}, config=wanting(2)
    )
    assert isinstance(outcome, Done)
    assert [one.full_name for one in outcome.save if isinstance(one, Contact)] == ["Ben Other"]


def of_staff(provider, *people):
    return Answer(provider=provider, content=PeopleFound(people=people), evidence="told")


async def test_the_next_source_is_asked_while_there_are_too_few_and_each_person_is_there_once():
    same = PersonFound(first_name="Ann", last_name="Example", title="CEO")
    other = PersonFound(first_name="Ben", last_name="Other", title="CEO")
    whole = HIDDEN.model_copy(update={"last_name": "Example"})
    told = {
        FindPeople: [of_staff("apollo", whole), of_staff("pdl", same, other)],
        RevealPerson: lambda question: (
            KNOWN if question.first_name == "Ann" else BENS.model_copy(update={"provider_id": None})
        ),
    }
    ctx, outcome = await find(told, config=wanting(2))
    names = [one.full_name for one in outcome.save if isinstance(one, Contact)]
    assert sorted(names) == ["Ann Example", "Ben Other"]
    # where one source has as many as are wanted, nobody else is paid
    ctx, _ = await find(told, config=wanting(1))
    assert len(asked(ctx, FindPeople)) == 1


async def test_a_second_source_that_cannot_answer_costs_nobody_who_was_found():
    told = {FindPeople: [of_staff("apollo", HIDDEN), ProviderDown("away")]}
    _, outcome = await find(told, config=wanting(2))
    assert [one.full_name for one in outcome.save if isinstance(one, Contact)] == ["Ann Example"]
    with pytest.raises(ProviderDown):
        await find({FindPeople: ProviderDown("away")}, config=wanting(2))


def of_company(event, first, last, email, status):
    return Contact(
        id=uuid4(),
        account_id=event.account_id,
        full_name=f"{first} {last}",
        first_name=first,
        last_name=last,
        email=email,
        email_status=status,
        source="people search",
    )


async def test_how_the_company_writes_the_addresses_that_are_known_there_decides_the_guess():
    event = enriched()
    colleague = of_company(event, "Carl", "Friend", "cfriend@acme.com", "deliverable")
    told = ALL_WELL | {RevealPerson: REVEALED, FindPattern: None}
    for known, guess in (([], "ann"), ([colleague], "aexample@acme.com")):
        ctx = FakeContext(told, contacts=known)
        await contact_finder.work(event, ctx)
        assert asked(ctx, VerifyAddress)[0].email.startswith(guess)
    assert asked(ctx, VerifyAddress)[0].email == "aexample@acme.com"


async def test_an_address_whose_mail_came_back_is_not_guessed_again():
    event = enriched()
    before = of_company(event, "Ann", "Example", "ann.example@acme.com", "undeliverable")
    ctx = FakeContext(ALL_WELL | {RevealPerson: REVEALED}, contacts=[before])
    await contact_finder.work(event, ctx)
    tried = [question.email for question in asked(ctx, VerifyAddress)]
    assert tried
    assert "ann.example@acme.com" not in tried


@pytest.mark.parametrize("claim", ["email", "email_status"])
@pytest.mark.parametrize(("wrong", "is_checked"), [(0, False), (1, False), (9, True)])
async def test_who_was_often_wrong_is_not_taken_at_their_word(claim, wrong, is_checked):
    record = TrackRecord(source="oracle", claim=claim, right=0, wrong=wrong)
    ctx = FakeContext(ALL_WELL, track_records=[record])
    await contact_finder.work(enriched(), ctx)
    assert bool(asked(ctx, VerifyAddress)) is is_checked
