"""What can go wrong, and whether waiting helps."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol

ProviderOutcome = Literal[
    "hit",
    "miss",
    "pending",
    "invalid_input",
    "auth",
    "rate_limited",
    "quota_exhausted",
    "provider_down",
    "blocked_by_policy",
    "opted_out",
]


class AgentError(Exception):
    """Something went wrong.

    The first line of each class's docstring is its message; a detail may be added.
    """

    #: transient: waiting helps; configuration: a person must change a setting; data: the input is at fault;
    #: permanent: it will never work
    kind: ClassVar[str] = "permanent"
    #: whether we go on waiting however long it takes, since nothing about the work itself is at fault
    patient: ClassVar[bool] = False
    #: how often the same is tried at most; fewer where others than the provider are at fault
    max_attempts: ClassVar[int] = 8
    #: seconds before the second attempt; they double from then on, up to the longest wait
    first_wait_s: ClassVar[float] = 1.0
    longest_wait_s: ClassVar[float] = 300.0
    #: what has become of a question to a provider; None where the error is of our own work, or of an effect
    outcome: ClassVar[ProviderOutcome | None] = None
    #: whether the provider has certainly done nothing; else it may have acted, whatever it answered
    nothing_done: bool = False

    def __init__(
        self, detail: str = "", *, provider: str | None = None, retry_at: datetime | None = None
    ) -> None:
        first_line = (type(self).__doc__ or "").split("\n", 1)[0].rstrip(".")
        super().__init__(f"{first_line}: {detail}" if detail else first_line)
        self.provider = provider
        self.retry_at = retry_at


class RateLimited(AgentError):
    """The provider asks us to slow down."""

    kind = "transient"
    outcome = "rate_limited"
    nothing_done = True


class QuotaExhausted(AgentError):
    """The provider's quota is used up."""

    # Quotas come back by the day or the month, or when the tenant buys more: giving up would only make work.
    kind = "transient"
    outcome = "quota_exhausted"
    patient = True
    first_wait_s = 900.0
    longest_wait_s = 21_600.0
    nothing_done = True


class ProviderDown(AgentError):
    """The provider does not answer as it should."""

    kind = "transient"
    outcome = "provider_down"


class LeftAlone(AgentError):
    """The provider is left alone for the moment."""

    # Others have found out how it does; whoever did not ask has not failed.
    kind = "transient"
    outcome: ClassVar[ProviderOutcome | None] = "provider_down"
    patient = True
    longest_wait_s = 15.0
    nothing_done = True


class SlowedDown(LeftAlone):
    """The provider has asked us to slow down, and is left alone for the moment."""

    outcome = "rate_limited"
    # it says itself when it may be asked again: nobody need wait longer for having waited before
    longest_wait_s = 1.0


class BudgetUsedUp(AgentError):
    """The budget is used up."""

    # It comes back with the next day, or when somebody raises it, which sets free whatever waits for it.
    kind = "transient"
    outcome = "blocked_by_policy"
    patient = True
    first_wait_s = 900.0
    longest_wait_s = 21_600.0


class CeilingReached(AgentError):
    """This would cost more than it may."""

    kind = "configuration"
    outcome = "blocked_by_policy"


class DomainSilent(AgentError):
    """The domain's name servers do not answer."""

    # Resolvers remember a failure for up to five minutes (RFC 9520), and outages of name servers last longer.
    kind = "transient"
    outcome = "provider_down"
    max_attempts = 4
    first_wait_s = 900.0
    longest_wait_s = 14_400.0


class AnswerPending(AgentError):
    """The provider is still looking."""

    kind = "transient"
    outcome = "pending"


class ScorerAway(AgentError):
    """No model answers at the moment."""

    kind = "transient"
    patient = True
    longest_wait_s = 15.0


class DatabaseAway(AgentError):
    """The database could not be asked."""

    kind = "transient"
    patient = True
    longest_wait_s = 15.0


class TookTooLong(AgentError):
    """The work did not end within its deadline."""

    kind = "transient"


class ProcessDied(AgentError):
    """The process died while it worked on this."""


class ApprovalBroken(AgentError):
    """What was approved is not what is stored."""


class NotConnected(AgentError):
    """No provider is connected that could answer this."""

    kind = "configuration"
    outcome = "auth"
    nothing_done = True


class KeyRefused(AgentError):
    """The provider does not accept the key."""

    kind = "configuration"
    outcome = "auth"
    nothing_done = True


class QuestionRefused(AgentError):
    """The provider does not accept the question."""

    kind = "data"
    outcome = "invalid_input"
    nothing_done = True


class SequenceUnknown(AgentError):
    """The service has no such sequence."""

    kind = "configuration"
    nothing_done = True


class FieldMissing(AgentError):
    """The service lacks a field that we need, or does not let us use it."""

    kind = "configuration"
    outcome = "invalid_input"
    nothing_done = True


class MaybeSent(AgentError):
    """It may have been done already: the service is asked before it is tried again."""

    # What became of it has to be found out, however long that takes.
    kind = "transient"
    patient = True


class UnderWay(AgentError):
    """Another process is doing this."""

    # It says until when, and nobody gains by waiting longer.
    kind = "transient"
    patient = True
    longest_wait_s = 1.0


class CannotTell(AgentError):
    """The service can't say whether it was done."""


class AnswerGarbled(AgentError):
    """The provider's answer can't be read."""

    kind = "transient"
    outcome = "provider_down"


class OptedOut(AgentError):
    """The person objected to being processed."""

    kind = "permanent"
    outcome = "opted_out"
    nothing_done = True


class BlockedByPolicy(AgentError):
    """The website asks not to be read by machines."""

    outcome = "blocked_by_policy"
    nothing_done = True


#: how long a provider that says "slow down", but not for how long, is left alone
QUIET_AFTER_RATE_LIMIT = timedelta(seconds=2)


class HasContent(Protocol):
    """What a provider replied, or what became of it: the content, or None for a miss."""

    @property
    def content(self) -> object | None:
        """The content."""


def outcome_of(told: HasContent | AgentError) -> ProviderOutcome | None:
    """What has become of a question to a provider, by name; None for an error that no provider is the cause of."""
    if isinstance(told, AgentError):
        return told.outcome
    return "miss" if told.content is None else "hit"
