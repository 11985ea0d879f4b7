"""Returned mail through the mill, and people beside the one that a lead goes by."""

from actors.core.questions import FindPeople, PeopleFound, PersonFound, RevealPerson
from actors.engine.returned import take_in_returned
from tenants.store import mail
from tests.actors.core.verification.test_bounces import report
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_to_the_end, run_until
from tests.fakes.works import Oracle, open_fake_works


def came_back(*emails, code="5.1.1", said="550 no such user"):
    blocks = []
    for email in emails:
        blocks += [f"Final-Recipient: rfc822; {email}", "Action: failed", f"Status: {code}"]
        blocks += [f"Diagnostic-Code: smtp; {said}", ""]
    return report(*blocks)


async def contacts_of(database, acme):
    async with database.tenant(acme.id) as session:
        rows = await session.rows("SELECT email, email_status FROM contact ORDER BY email")
    return {row["email"]: row["email_status"] for row in rows}


async def runs_of(database, acme, agent):
    async with database.tenant(acme.id) as session:
        return await session.rows(
            "SELECT status, output FROM run WHERE agent = :agent ORDER BY started_at", agent=agent
        )


async def test_what_came_back_takes_the_address_out_of_use_once_and_whose_word_it_was_is_known(
    database, vault
):
    async with open_fake_works(database, vault, commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, 2)
        await run_to_the_end(works, acme, 2)
        profile = (await works.profiles.of([acme.id]))[acme.id]
        message = came_back("ann@company-0.com", "stranger@nowhere.example")
        told = await take_in_returned(
            database, profile, [("one.eml", message), ("note.txt", b"Subject: hello\n\nhi")], by="ann"
        )
        assert [(one.email, one.meaning, len(one.contact_ids)) for one in told] == [
            ("ann@company-0.com", "no such mailbox", 1),
            ("stranger@nowhere.example", "no such mailbox", 0),
        ]

        async def learned():
            return (await contacts_of(database, acme))["ann@company-0.com"] == "undeliverable"

        await run_until(works, learned)
        assert (await contacts_of(database, acme))["ann@company-1.com"] == "deliverable"
        async with database.tenant(acme.id) as session:
            records = {
                (one.source, one.claim): (one.right, one.wrong) for one in await mail.track_records(session)
            }
        assert records == {("oracle", "email"): (0, 1), ("oracle", "email_status"): (0, 1)}
        # the leads stand where they stood
        assert (await counts_of(database, acme))["scored"] == 2
        # the same message once more says the same event, and nothing is done for it
        await take_in_returned(database, profile, [("copy.eml", message)], by="ann")
        other = came_back("ann@company-1.com", code="5.7.1", said="550 5.7.1 your IP is blocked")
        await take_in_returned(database, profile, [("two.eml", other)], by="ann")

        async def both_read():
            return len(await runs_of(database, acme, "bounces")) == 2

        await run_until(works, both_read)
        assert [row["status"] for row in await runs_of(database, acme, "bounces")] == ["done", "done"]
        assert (await contacts_of(database, acme))["ann@company-1.com"] == "deliverable"


class Staffed(Oracle):
    """It knows two people at each company."""

    def provider(self):
        provider = super().provider()
        names = {"first": "Ann", "second": "Ben"}

        def person(which, question):
            return PersonFound(
                provider_id=which, first_name=names[which], last_name="Example", title="CEO", seniority="c_suite",
                email=f"{names[which].lower()}@{question.domain}", email_status="deliverable",
            )  # fmt: skip

        async def find(_link, question):
            people = [PersonFound(provider_id=one, first_name=names[one], title="CEO") for one in names]
            return reply(PeopleFound(people=tuple(people)))

        async def reveal(_link, question):
            return reply(person(question.provider_id, question))

        def reply(content):
            from actors.core.provider import Reply

            return Reply(content, evidence="told")

        provider.answers.update({FindPeople: find, RevealPerson: reveal})
        return provider


async def test_of_several_people_each_is_scored_and_the_lead_goes_by_the_first(database, vault):
    async with open_fake_works(database, vault, oracle=Staffed(), commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault, personas=[{"titles": ["CEO"], "per_account": 2}])
        await ask_for(works, acme, 3)

        async def all_said():
            rows = await runs_of(database, acme, "scoring")
            return len(rows) == 6 and all(row["status"] == "done" for row in rows)

        await run_until(works, all_said)
        counts = await counts_of(database, acme)
        assert (counts["sourced"], counts["scored"], counts["in_flight"]) == (3, 3, 0)
        async with database.tenant(acme.id) as session:
            said = await session.rows(
                "SELECT subject, data ->> 'place' AS place, data ->> 'contact_id' AS contact FROM log "
                "WHERE type = 'lead.scored' ORDER BY subject, place"
            )
            first = await session.rows(
                "SELECT CAST(id AS text), CAST(contact_id AS text) AS contact FROM lead"
            )
        assert [row["place"] for row in said] == ["1", "2"] * 3
        assert len({row["contact"] for row in said}) == 6
        assert {row["id"]: row["contact"] for row in first} == {
            row["subject"]: row["contact"] for row in said if row["place"] == "1"
        }
