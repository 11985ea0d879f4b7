"""One lead in the console: its journey with what it took, and where everything that is known comes from."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from tenants.records import Finding
from tenants.signals import signal
from tenants.store import findings, signals
from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.waiting import enrolment, fail

NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def know(database: Database, sown: Sown, number: int = 0) -> None:
    """Findings of two providers, a transcript, a signal and an effect of a scored lead."""
    async with database.tenant(sown.id) as session:
        ids = (
            await session.rows(
                "SELECT account_id, contact_id FROM lead WHERE id = :id", id=sown.scored[number]
            )
        )[0]
        facts = {"found_at": NOW, "cost_usd": Decimal("0.02")}
        await findings.save(
            session,
            [
                Finding(subject_id=ids["account_id"], field="employees", value=240, provider="apollo",
                        evidence="its record of the company", confidence=0.8, is_current=True, **facts),
                Finding(subject_id=ids["account_id"], field="employees", value=900, provider="website",
                        evidence="the page about us", quote="a family of 900", confidence=0.5, **facts),
                Finding(subject_id=ids["contact_id"], field="email_status", value="deliverable", provider="mailbox",
                        evidence="its server takes it", quote="RCPT TO -> 250 2.1.5 Ok", confidence=0.99,
                        is_current=True, **facts),
            ],
        )  # fmt: skip
        happened = signal(
            ids["account_id"],
            kind="funding",
            on=NOW.date(),
            title="Raised a round",
            url="https://news.example/x",
            source="news",
            seen_at=NOW,
        )
        await signals.save(session, [happened])
        await session.run(
            "INSERT INTO effect (tenant_id, id, kind, provider, lead_id, run_id, request, state, claim, receipt) "
            "VALUES (:tenant, gen_random_uuid(), 'enrol', 'sequences', :lead, gen_random_uuid(), '{}', 'sent', "
            "gen_random_uuid(), :receipt)",
            tenant=sown.id,
            lead=sown.scored[number],
            receipt='{"reference": "enr-77"}',
        )


async def test_a_journey_shows_every_step_what_it_took_and_why_things_stand(
    visitor: Visitor, acme: Sown, database: Database
):
    await know(database, acme)
    await enrolment(database, acme)
    page = await visitor.at("/t/acme/lead", f"?lead={acme.scored[0]}").page()
    for said in (
        "Lead source",
        "Enrichment",
        "Contact finder",
        "Scoring",
        "stretch-work",
        "stretch-person",
        "Industry is one that buys often",
        "a family of 900",
        "the field was filled already",
        "stands",
        "RCPT TO -> 250 2.1.5 Ok",
        "99% sure",
        "Raised a round",
        "https://news.example/x",
        "enr-77",
        "/t/acme/approvals?open=",
        f"/t/acme/lead?lead={acme.scored[0]}&open=",
    ):
        assert said in page


async def test_a_run_of_the_journey_shows_whom_it_asked_and_how_to_replay_it(
    visitor: Visitor, acme: Sown, database: Database
):
    visitor.at("/t/acme/lead", f"?lead={acme.leads[0]}")
    async with database.tenant(acme.id) as session:
        run = await session.value(
            "SELECT id FROM run WHERE lead_id = :lead AND agent = 'enrichment'", lead=acme.leads[0]
        )
        await session.run(
            "INSERT INTO recording (tenant_id, run_id, recording) VALUES (:tenant, :id, '{}')",
            tenant=acme.id,
            id=run,
        )
    drawer = str((await visitor.opened(run))["response"]["drawer"])
    for said in ("apex", "Billed calls", "$0.0120", f"leadmill replay {run}", "domain"):
        assert said in drawer


async def test_leads_are_found_by_a_few_letters(visitor: Visitor, acme: Sown, rival: Sown):
    page = await visitor.at("/t/acme/lead", "?find=cobalt").page()
    assert "Cobalt" in page
    assert "Only the best matches" not in page
    assert "No leads match" in await visitor.at("/t/acme/lead", "?find=nosuch%25").page()
    assert "Which lead?" in await visitor.at("/t/acme/lead").page()
    said, _ = await visitor.at("/t/acme/lead", "?find=cobalt").refreshed(["found"])
    assert "Cobalt" in said


async def test_a_lead_that_waits_and_one_that_failed(visitor: Visitor, acme: Sown, database: Database):
    waiting = next(lead for lead in acme.leads if lead not in acme.scored)
    await fail(database, acme, lead=acme.leads.index(waiting))
    page = await visitor.at("/t/acme/lead", f"?lead={waiting}").page()
    for said in ("It is not scored yet", "Nobody was found yet", "Failed", "503", "Nothing went out"):
        assert said in page


async def test_another_tenants_lead_is_nobodys(visitor: Visitor, acme: Sown, rival: Sown):
    assert "no such lead" in await visitor.at("/t/acme/lead", f"?lead={rival.scored[0]}").page()
    assert "no such lead" in await visitor.at("/t/acme/lead", f"?lead={uuid4()}").page()
    assert "This address does not work" in await visitor.at("/t/acme/lead", "?lead=nonsense").page()
    answer = await visitor.at("/t/acme/lead", f"?lead={acme.leads[0]}").opened(rival.runs[0])
    assert answer["response"]["drawer"] == {"opened": False}
