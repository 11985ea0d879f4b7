"""The words for how an address stands."""

from enum import StrEnum


class Status(StrEnum):
    """How an address stands.

    deliverable: its mail server takes mail for it, and would not for others. accept_all: the server takes mail for
    whatever name. risky: it may take mail, with a flaw that is told. disposable: made to be thrown away.
    undeliverable: there is certainly no such mailbox. unknown: it can't be told. pending: it will be told later.
    """

    DELIVERABLE = "deliverable"
    ACCEPT_ALL = "accept_all"
    RISKY = "risky"
    DISPOSABLE = "disposable"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"
    PENDING = "pending"
