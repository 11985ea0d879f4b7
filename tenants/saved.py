"""What an agent's work may leave behind: every kind of record that a run can save."""

from tenants.exclusions import Exclusion
from tenants.records import (
    Account,
    AccountIdentifier,
    AccountReview,
    AccountSignal,
    Contact,
    Finding,
    Lead,
    LeadEngagement,
    LeadProgress,
    LeadScore,
    MailOutcome,
    SourceRejection,
    SourceTally,
)

Saved = (
    Account
    | Contact
    | Lead
    | LeadEngagement
    | LeadProgress
    | LeadScore
    | Finding
    | SourceTally
    | SourceRejection
    | AccountIdentifier
    | AccountReview
    | AccountSignal
    | Exclusion
    | MailOutcome
)
