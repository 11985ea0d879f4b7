"""Recordings: what a run was told, and what it made of it, so that it can be replayed without asking anybody."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from actors.core import errors
from actors.core.errors import AgentError, outcome_of
from actors.core.outcome import Done, Outcome, Skip, Snooze
from actors.core.questions import Answer, Question
from actors.engine.holding import write
from tenants.content import canonical
from tenants.matching import namesakes_among
from tenants.records import (
    Account,
    AccountSignal,
    Contact,
    Finding,
    LeadEngagement,
    SequenceTrack,
    Stage,
    TrackRecord,
)
from tenants.store.columns import to_json

_ABOUT_ANSWERS = ("evidence", "quotes", "confidence", "licence", "keeps_for_days")


class NotRecorded(Exception):
    """The run never asked for this, so nobody knows the answer without a call."""


class Recording:
    """What one run was told so far: accounts, contacts, and what each provider answered to each question.

    `spent_usd` is what the answers have cost, also where no question came to a good end.
    """

    def __init__(self, now: datetime, attempt: int = 1) -> None:
        self.spent_usd = Decimal(0)
        self._now = now
        self._attempt = attempt
        self._accounts: dict[str, Account | None] = {}
        self._contacts: dict[str, Contact | None] = {}
        self._findings: dict[str, Sequence[Finding]] = {}
        self._signals: dict[str, Sequence[AccountSignal]] = {}
        self._stages: dict[str, Stage | None] = {}
        self._engagement: dict[str, Sequence[LeadEngagement]] = {}
        self._contacts_at: dict[str, Sequence[Contact]] = {}
        self._track_records: Sequence[TrackRecord] = ()
        self._sequence_tracks: Sequence[SequenceTrack] = ()
        self._known: set[str] = set()
        self._namesakes: dict[UUID, Account] = {}
        self._excluded: dict[str, str] = {}
        self._asked: dict[str, dict[str, Any]] = {}

    def account(self, account_id: UUID, account: Account | None) -> None:
        """An account that was looked up, by its own id or by that of its lead."""
        self._accounts[str(account_id)] = account

    def findings(self, subject_id: UUID, found: Sequence[Finding]) -> None:
        """What was known of an account, and where from."""
        self._findings[str(subject_id)] = found

    def signals(self, account_id: UUID, happened: Sequence[AccountSignal]) -> None:
        """What was known to have happened at an account."""
        self._signals[str(account_id)] = happened

    def contact(self, contact_id: UUID, contact: Contact | None) -> None:
        """A contact that was looked up, by its own id or by that of its lead."""
        self._contacts[str(contact_id)] = contact

    def stage(self, lead_id: UUID, stage: Stage | None) -> None:
        """How far a lead had come."""
        self._stages[str(lead_id)] = stage

    def engagement(self, lead_id: UUID, done: Sequence[LeadEngagement]) -> None:
        """What a lead's prospects were known to have done."""
        self._engagement[str(lead_id)] = done

    def contacts_at(self, account_id: UUID, found: Sequence[Contact]) -> None:
        """The contacts with an address that were known at an account."""
        self._contacts_at[str(account_id)] = found

    def track_records(self, found: Sequence[TrackRecord]) -> None:
        """How right those who told addresses had been by then."""
        self._track_records = found

    def sequence_tracks(self, found: Sequence[SequenceTrack]) -> None:
        """What had come of those who were put into sequences by then."""
        self._sequence_tracks = found

    def known(self, keys: Iterable[str]) -> None:
        """Companies that the tenant had already."""
        self._known.update(keys)

    def namesakes(self, accounts: Iterable[Account]) -> None:
        """Companies that the tenant had under the name or the domain of others."""
        self._namesakes.update((one.id, one) for one in accounts)

    def excluded(self, reasons: Mapping[str, str]) -> None:
        """Whom the tenant left alone, each with the reason."""
        self._excluded.update(reasons)

    def asked(self, question: Question[Any], candidates: Sequence[str]) -> None:
        """A question that is put to these providers: to one after the other, until one has a hit, or to each."""
        put = self._asked.setdefault(in_words(question), {"candidates": [], "told": {}})
        put["candidates"] += [name for name in candidates if name not in put["candidates"]]

    def enriched(
        self, question: Question[Any], candidates: Mapping[str, Iterable[str]], *, paid: bool
    ) -> None:
        """A company that is enriched: by all of these that are free, or by paid ones while something is missing.

        With each goes what it may know.
        """
        put = self._asked.setdefault(_words_of(question, paid), {"candidates": [], "knows": {}, "told": {}})
        put["candidates"] += [name for name in candidates if name not in put["candidates"]]
        put["knows"] |= {name: sorted(fields) for name, fields in candidates.items()}

    def answered(self, question: Question[Any], answer: Answer[Any], *, paid: bool | None = None) -> None:
        """What one of them answered."""
        self.spent_usd += answer.cost_usd
        self._asked[_words_of(question, paid)]["told"][answer.provider] = {
            "outcome": outcome_of(answer),
            "content": answer.content.model_dump(mode="json") if answer.content is not None else None,
            "cost_usd": str(answer.cost_usd),
            "paid_before_usd": str(answer.paid_before_usd),
            "evidence": answer.evidence,
            "quotes": answer.quotes,
            "confidence": answer.confidence,
            "licence": answer.licence,
            "keeps_for_days": answer.keeps_for_days,
        }

    def refused(
        self, question: Question[Any], provider: str, error: AgentError, *, paid: bool | None = None
    ) -> None:
        """One of them that could not answer."""
        fault = {"class": type(error).__name__, "message": str(error), "retry_at": error.retry_at}
        self._asked[_words_of(question, paid)]["told"][provider] = {
            "outcome": outcome_of(error),
            "error": fault,
        }

    def written(self, ending: Outcome | Exception) -> str:
        """The recording as JSON, with the hash of what the run made of it."""
        document = {
            "now": self._now,
            "attempt": self._attempt,
            "accounts": {
                key: one.model_dump(mode="json") if one else None for key, one in self._accounts.items()
            },
            "contacts": {
                key: one.model_dump(mode="json") if one else None for key, one in self._contacts.items()
            },
            "findings": {
                key: [one.model_dump(mode="json") for one in found] for key, found in self._findings.items()
            },
            "signals": {
                key: [one.model_dump(mode="json") for one in happened]
                for key, happened in self._signals.items()
            },
            "stages": self._stages,
            "engagement": {
                key: [one.model_dump(mode="json") for one in done] for key, done in self._engagement.items()
            },
            "contacts_at": {
                key: [one.model_dump(mode="json") for one in found]
                for key, found in self._contacts_at.items()
            },
            "track_records": [one.model_dump(mode="json") for one in self._track_records],
            "sequence_tracks": [one.model_dump(mode="json") for one in self._sequence_tracks],
            "known": sorted(self._known),
            "namesakes": [one.model_dump(mode="json") for one in self._namesakes.values()],
            "excluded": self._excluded,
            "asked": self._asked,
            "ending": hashed(ending),
        }
        return to_json(document)


class Told:
    """A recording that is read again."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.now = datetime.fromisoformat(document["now"])
        self.attempt: int = document.get("attempt", 1)  # older recordings do not say
        self.ending: str = document["ending"]

    @property
    def answers(self) -> int:
        """How many answers and refusals of providers it holds."""
        return sum(len(one["told"]) for one in self._document["asked"].values())

    def account(self, account_id: UUID) -> Account | None:
        """The account as it was then. Raises NotRecorded where it was not looked up."""
        found = self._looked_up("accounts", account_id)
        return Account.model_validate(found) if found is not None else None

    def contact(self, contact_id: UUID) -> Contact | None:
        """The contact as it was then. Raises NotRecorded where it was not looked up."""
        found = self._looked_up("contacts", contact_id)
        return Contact.model_validate(found) if found is not None else None

    def findings(self, subject_id: UUID) -> tuple[Finding, ...]:
        """What was known of the account then. Raises NotRecorded where it was not looked up."""
        return tuple(Finding.model_validate(one) for one in self._looked_up("findings", subject_id))

    def signals(self, account_id: UUID) -> tuple[AccountSignal, ...]:
        """What was known to have happened at the account. Raises NotRecorded where it was not looked up."""
        if "signals" not in self._document:
            return ()  # older recordings know of nothing
        return tuple(AccountSignal.model_validate(one) for one in self._looked_up("signals", account_id))

    def stage(self, lead_id: UUID) -> Stage | None:
        """How far the lead had come. Raises NotRecorded where it was not looked up."""
        found = self._looked_up("stages", lead_id)
        return Stage(found) if found is not None else None

    def engagement(self, lead_id: UUID) -> tuple[LeadEngagement, ...]:
        """What the lead's prospects were known to have done."""
        found = self._document.get("engagement", {}).get(str(lead_id), ())  # older recordings know of nothing
        return tuple(LeadEngagement.model_validate(one) for one in found)

    def contacts_at(self, account_id: UUID) -> tuple[Contact, ...]:
        """The contacts with an address that were known at the account then."""
        found = self._document.get("contacts_at", {}).get(
            str(account_id), ()
        )  # older recordings know of none
        return tuple(Contact.model_validate(one) for one in found)

    def track_records(self) -> tuple[TrackRecord, ...]:
        """How right those who told addresses had been by then."""
        return tuple(TrackRecord.model_validate(one) for one in self._document.get("track_records", ()))

    def sequence_tracks(self) -> tuple[SequenceTrack, ...]:
        """What had come of those who were put into sequences by then."""
        told = self._document.get("sequence_tracks", ())  # older recordings know of none
        return tuple(SequenceTrack.model_validate(one) for one in told)

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of the companies that the tenant had already."""
        return set(keys) & set(self._document["known"])

    def namesakes(self, accounts: Iterable[Account]) -> list[Account]:
        """The companies that the tenant had under the name or the domain of one of these."""
        had = [Account.model_validate(one) for one in self._document.get("namesakes", ())]
        return namesakes_among(had, accounts)

    def excluded(self, values: Iterable[str]) -> dict[str, str]:
        """Those of these whom the tenant left alone, each with the reason."""
        reasons = self._document.get("excluded", {})  # older recordings know of nobody
        return {value: reasons[value] for value in values if value in reasons}

    def candidates(self, question: Question[Any], *, paid: bool | None = None) -> list[str]:
        """Those who would have been asked then: first those who were, in their order.

        Raises NotRecorded where the question was not put.
        """
        put = self._put(question, paid)
        return [*put["told"], *(name for name in put["candidates"] if name not in put["told"])]

    def each(self, question: Question[Any]) -> list[str]:
        """Those who were asked then, where each was. Raises NotRecorded where the question was not put."""
        return self.candidates(question) if "signals" in self._document else []  # in older ones nobody was

    def knows(self, question: Question[Any], *, paid: bool) -> Mapping[str, Sequence[str]]:
        """The fields that each candidate might have known."""
        known: Mapping[str, Sequence[str]] = self._put(question, paid)["knows"]
        return known

    def answer(self, question: Question[Any], provider: str, *, paid: bool | None = None) -> Answer[Any]:
        """What this provider answered then.

        Raises what it raised then, and NotRecorded where it was not asked.
        """
        told = self._put(question, paid)["told"].get(provider)
        if told is None:
            raise NotRecorded(f"{provider} was not asked {in_words(question)}: that would need a call")
        if "error" in told:
            raise _error(told["error"], provider)
        content = told["content"]
        return Answer.model_construct(
            provider=provider,
            content=type(question).answer.model_validate(content) if content is not None else None,
            cost_usd=Decimal(told["cost_usd"]),
            paid_before_usd=Decimal(told.get("paid_before_usd", "0")),
            **{name: told[name] for name in _ABOUT_ANSWERS if name in told},
        )

    def _put(self, question: Question[Any], paid: bool | None) -> Any:
        put = self._document["asked"].get(_words_of(question, paid))
        if put is None:
            raise NotRecorded(f"nobody was asked {in_words(question)}: that would need a call")
        return put

    def _looked_up(self, kind: str, key: UUID) -> Any:
        found = self._document.get(kind, {})
        if str(key) not in found:
            raise NotRecorded(f"{kind[:-1]} {key} was not looked up")
        return found[str(key)]


def in_words(question: Question[Any]) -> str:
    """A question as it is written down: the same words for the same question."""
    return f"{type(question).__name__} {question.model_dump_json()}"


def _words_of(question: Question[Any], paid: bool | None) -> str:
    """The words, and in which round of an enrichment they were put, if in any."""
    return in_words(question) if paid is None else f"{in_words(question)} {'paid' if paid else 'free'}"


def described(ending: Outcome | Exception) -> dict[str, Any]:
    """How a run ended and what it would change, as JSON values."""
    match ending:
        case Done():
            return {"ending": "done", **write(ending)}
        case Skip():
            saved = write(Done(save=ending.save))["save"]
            return {"ending": "skipped", "reason": ending.reason, "missing": ending.missing, "save": saved}
        case Snooze():
            return {"ending": "snoozed", "reason": ending.reason, "until": ending.until.isoformat()}
    return {"ending": "failed", "error": type(ending).__name__, "message": str(ending)}


def hashed(ending: Outcome | Exception) -> str:
    """The SHA-256 of how a run ended."""
    return hashlib.sha256(canonical(described(ending)).encode()).hexdigest()


def _error(fault: Mapping[str, Any], provider: str) -> AgentError:
    retry_at = datetime.fromisoformat(fault["retry_at"]) if fault["retry_at"] is not None else None
    kind: type[AgentError] = getattr(errors, fault["class"])
    error = kind(provider=provider, retry_at=retry_at)
    error.args = (fault["message"],)
    return error
