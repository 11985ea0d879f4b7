"""A context whose answers a test gives: what agents are tested with, without engine and database."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from actors.core.errors import NotConnected
from actors.core.questions import Answer, Answers, EnrichCompany, Enrichment
from tenants.matching import namesakes_among
from tenants.policies import TenantConfig

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class FakeContext:
    """One tenant's world. It remembers what it was asked.

    `answers` says for each type of question what comes back: the answer's content, None for a miss, a whole
    `Answer`, an exception to raise, or a function that makes one of these from the question; a list of these is what
    several providers say, of whom the first is heard who is not left out. What is not in it may not be asked. A
    company is enriched by what is said of EnrichCompany, an answer or a list of them (where a name stands for one who
    could not answer), and in the round that is free by what is said of "free". `leads` are the accounts of leads by
    the leads' ids, and `contacts_of` their contacts; `findings` what stands in accounts by theirs, `signals` what
    happened there, `excluded` the reasons for which companies and people are left alone by their domains, names and
    addresses, `track_records` how right sources were, `sequence_tracks` what came of sequences, `stages` and
    `engagement` how far leads have come and what their prospects did, by the leads' ids. Of a question that is put
    to each, `answers` says all answers (a name stands for one who could not), by default none.
    """

    def __init__(
        self,
        answers=None,
        *,
        accounts=(),
        leads=None,
        contacts=(),
        known=(),
        findings=None,
        signals=None,
        namesakes=(),
        excluded=None,
        contacts_of=None,
        track_records=(),
        sequence_tracks=(),
        stages=None,
        engagement=None,
        score=None,
        config=None,
        config_version=1,
        attempt=1,
    ):
        self.tenant_id = UUID(int=1)
        self.config = config or TenantConfig()
        self.config_version = config_version
        self.now = NOW
        self.attempt = attempt
        self.asked = []
        self.asked_of = []
        self.asked_each = []
        self._answers = answers or {}
        self._accounts = {one.id: one for one in accounts}
        self._accounts_of = leads or {}
        self._contacts = {one.id: one for one in contacts}
        self._contacts_of = contacts_of or {}
        self._track_records = track_records
        self._sequence_tracks = sequence_tracks
        self._stages = stages or {}
        self._engagement = engagement or {}
        self._known = set(known)
        self._findings = findings or {}
        self._signals = signals or {}
        self._excluded = excluded or {}
        self.wanted = []
        self._namesakes = namesakes
        self._score = score

    async def account(self, account_id):
        return self._accounts.get(account_id)

    async def account_of(self, lead_id):
        return self._accounts_of.get(lead_id)

    async def contact(self, contact_id):
        return self._contacts.get(contact_id)

    async def known_accounts(self, identity_keys):
        return self._known & set(identity_keys)

    async def excluded(self, *, domains=(), names=(), emails=()):
        return {one: self._excluded[one] for one in (*domains, *names, *emails) if one in self._excluded}

    async def namesakes(self, accounts):
        return namesakes_among(self._namesakes, accounts)

    async def contact_of(self, lead_id):
        return self._contacts_of.get(lead_id)

    async def stage(self, lead_id):
        return self._stages.get(lead_id)

    async def engagement(self, lead_id):
        return tuple(self._engagement.get(lead_id, ()))

    async def contacts_at(self, account_id):
        return tuple(one for one in self._contacts.values() if one.account_id == account_id and one.email)

    async def track_records(self):
        return tuple(self._track_records)

    async def sequence_tracks(self):
        return tuple(self._sequence_tracks)

    async def ask(self, question, *, of=None, besides=()):
        self.asked.append(question)
        self.asked_of.append(of)
        given = self._answers[type(question)]
        for one in given if isinstance(given, list) else [given]:
            made = _made(one, question)
            name = made.provider if isinstance(made, Answer) else "oracle"
            if name not in besides:
                return (
                    made if isinstance(made, Answer) else Answer(provider=name, content=made, evidence="told")
                )
        raise NotConnected(type(question).__name__)

    async def findings(self, account_id):
        return tuple(self._findings.get(account_id, ()))

    async def signals(self, account_id):
        return tuple(self._signals.get(account_id, ()))

    async def ask_each(self, question):
        self.asked_each.append(question)
        told = _made(self._answers.get(type(question), []), question)
        return Answers(
            answers=tuple(one for one in told if not isinstance(one, str)),
            unanswered=tuple(one for one in told if isinstance(one, str)),
        )

    async def enrich(self, question, wanted, *, paid, segment, besides=(), until_hit=False):
        self.asked.append(question)
        self.wanted.append((paid, segment, tuple(wanted)))
        given = _made(self._answers[EnrichCompany] if paid else self._answers.get("free", []), question)
        told = given if isinstance(given, list) else [given]
        told = [one for one in told if getattr(one, "provider", one) not in besides]
        answers = [
            one
            if isinstance(one, Answer)
            else Answer(provider="oracle", content=one, cost_usd=Decimal(0), evidence="told")
            for one in told
            if not isinstance(one, str)
        ]
        if until_hit:
            first = next((n for n, one in enumerate(answers, start=1) if one.content is not None), None)
            answers = answers[:first]
        return Enrichment(
            answers=tuple(answers), unanswered=tuple(one for one in told if isinstance(one, str))
        )

    async def score(self, request):
        self.asked.append(request)
        return _made(self._score, request)


def _made(given, question):
    if callable(given):
        given = given(question)
    if isinstance(given, Exception):
        raise given
    return given
