"""The findings ledger: what is kept of an answer, what each value cost, and which of them stands in the record."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from actors.core.questions import Answer
from tenants.identifiers import IdentifierKind, identifiers_in
from tenants.policies import FieldPolicy
from tenants.records import PERSON, Account, AccountIdentifier, Finding, Firmographics

#: the field of a finding that says what was paid for nothing
NOTHING = "nothing"
_MILLIONTH = Decimal("0.000001")
# What stands in a record without a finding came with a list; how far that is to be trusted nobody knows.
_TRUST_IN_LISTS = 0.5
_LISTS = frozenset({"technologies"})


def findings_in(
    answer: Answer[Any],
    subject_id: UUID,
    now: datetime,
    called: Mapping[str, str | None] = MappingProxyType({}),
) -> list[Finding]:
    """Each value of an answer as a finding. The price is shared among them to the last cent.

    Fields may be called otherwise in the ledger; those called None are left out. What was paid for an answer without
    any value is a finding of nothing, so that no cost is lost.
    """
    told = values_of(answer.content) if answer.content is not None else {}
    values = {new: value for name, value in told.items() if (new := called.get(name, name)) is not None}
    price = answer.cost_usd + answer.paid_before_usd
    if not values and price:
        values = {NOTHING: None}
    shares = split_cost(price, len(values))
    return [
        Finding(
            subject_id=subject_id,
            field=name,
            value=value,
            provider=answer.provider,
            evidence=answer.evidence,
            confidence=answer.confidence,
            cost_usd=share,
            found_at=now,
            quote=answer.quotes.get(name),
            licence=answer.licence,
            expires_at=now + timedelta(days=answer.keeps_for_days),
        )
        for (name, value), share in zip(values.items(), shares, strict=True)
    ]


def identifiers_of(
    account: Account, facts: Mapping[str, Any], answer: Answer[Any]
) -> list[AccountIdentifier]:
    """What only this company has, among the facts that an answer tells of it."""
    return [
        AccountIdentifier(
            account_id=account.id,
            kind=kind,
            value=value,
            source=answer.provider,
            evidence=answer.quotes.get("leads_to", answer.evidence)
            if kind is IdentifierKind.DOMAIN
            else answer.evidence,
        )
        for kind, value in identifiers_in(facts)
        if value != account.domain
    ]


def values_of(content: BaseModel) -> dict[str, Any]:
    """The values that there are, by field, as JSON has them."""
    return content.model_dump(mode="json", exclude_none=True)


def split_cost(cost: Decimal, parts: int) -> list[Decimal]:
    """The cost in so many parts of at most a millionth of a dollar's difference, which add up to it exactly."""
    if parts == 0:
        return []
    share = (cost / parts).quantize(_MILLIONTH, ROUND_DOWN)
    left = cost - share * parts
    more = int(left / _MILLIONTH)
    shares = [share + _MILLIONTH] * more + [share] * (parts - more)
    shares[0] += left - more * _MILLIONTH  # a price of more than six decimal places
    return shares


class Ledger:
    """One account's values: those that stand, and all that is found on the way."""

    def __init__(
        self,
        account: Account,
        standing: Iterable[Finding],
        policies: Mapping[str, FieldPolicy],
        now: datetime,
    ) -> None:
        """`standing` are the findings that stand in the account already."""
        self.account = account
        self._standing = {one.field: one for one in standing}
        self._policies = policies
        self._now = now
        self._found: dict[tuple[str, str], Finding] = {}

    @property
    def found(self) -> tuple[Finding, ...]:
        """What was found, in the order in which it came; of each field at most one stands."""
        stands = {one.field: one.provider for one in self._standing.values() if one.found_at == self._now}
        return tuple(
            one.model_copy(update={"is_current": stands.get(one.field) == one.provider})
            for one in self._found.values()
        )

    def missing(self, wanted: Iterable[str]) -> list[str]:
        """Those of the wanted fields of which there is no value, or none that is still good."""
        return [name for name in wanted if self._is_open(name)]

    def take(self, answer: Answer[Any]) -> None:
        """What the answer says, written down; each value stands where the field's policy lets it."""
        for one in findings_in(answer, self.account.id, self._now):
            self._found[one.field, one.provider] = one
            if one.field != NOTHING and self._may_stand(one):
                self._standing[one.field] = one
                self._learn(one.field, one.value)
            elif one.field in _LISTS and self._policy(one.field) is FieldPolicy.FILL_EMPTY:
                self._add(one)

    def _learn(self, name: str, value: Any) -> None:
        if name in Firmographics.model_fields:
            self.account = Account.model_validate({**self.account.model_dump(), name: value})

    def _add(self, one: Finding) -> None:
        """What a list does not have yet, added to it: several sources each see some, and none sees all."""
        standing = self._standing.get(one.field)
        if standing is not None and standing.provider == PERSON:
            return
        known = getattr(self.account, one.field)
        have = {each.casefold() for each in known}
        more = [each for each in one.value if each.casefold() not in have]
        if more:
            self._learn(one.field, (*known, *more))

    def _policy(self, name: str) -> FieldPolicy:
        return self._policies.get(name, FieldPolicy.FILL_EMPTY)

    def _is_open(self, name: str) -> bool:
        standing = self._standing.get(name)
        if standing is None:
            return getattr(self.account, name, None) is None
        return standing.expires_at is not None and standing.expires_at <= self._now

    def _may_stand(self, new: Finding) -> bool:
        standing = self._standing.get(new.field)
        if standing is not None and standing.provider == PERSON:
            return False
        policy = self._policy(new.field)
        if policy is FieldPolicy.SUGGEST_ONLY:
            return False
        if self._is_open(new.field):
            return True
        # of what came in the same run nothing is newer than the rest
        is_of_before = standing is None or standing.found_at < self._now
        if policy is FieldPolicy.NEWER_WINS:
            return is_of_before
        if policy is FieldPolicy.MORE_TRUSTED_WINS:
            return new.confidence > (standing.confidence if standing is not None else _TRUST_IN_LISTS)
        return False
