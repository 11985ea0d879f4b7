"""People: which roles there are, what each may, and where."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tenants.identity import TenantId

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


class Right(StrEnum):
    """Something that not everybody may do. What it stands for is told in a sentence that begins with "may not"."""

    SEE = "see"
    OPERATE = "operate"
    APPROVE = "approve"
    MODELS = "models"
    ADMINISTER = "administer"
    PLATFORM = "platform"

    @property
    def words(self) -> str:
        """What whoever has it may do."""
        return _WORDS[self]


_WORDS = {
    Right.SEE: "look at this tenant",
    Right.OPERATE: "switch agents, retry, resolve, mute, assign or pin",
    Right.APPROVE: "decide on approvals",
    Right.MODELS: "promote, withdraw or roll back models",
    Right.ADMINISTER: "change this tenant's configuration, its keys or who works for it",
    Right.PLATFORM: "change what concerns every tenant",
}


class Role(StrEnum):
    """What a person is: of one tenant, or, as `platform`, of all of them."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ML = "ml"
    ADMIN = "admin"
    PLATFORM = "platform"

    @property
    def rights(self) -> frozenset[Right]:
        """What it may."""
        return _RIGHTS[self]

    @property
    def is_everywhere(self) -> bool:
        """Whether it holds for all tenants, those to come among them."""
        return self is Role.PLATFORM


_RIGHTS = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.OPERATOR: frozenset({Right.SEE, Right.OPERATE}),
    Role.APPROVER: frozenset({Right.SEE, Right.APPROVE}),
    Role.ML: frozenset({Right.SEE, Right.MODELS}),
    Role.ADMIN: frozenset(Right) - {Right.PLATFORM},
    Role.PLATFORM: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Given:
    """A role that somebody has: in one tenant, or with None in all of them."""

    role: Role
    tenant_id: TenantId | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: by which login that is written down, what people call them, and their roles."""

    login: str
    name: str
    given: frozenset[Given]

    def roles_in(self, tenant_id: TenantId) -> tuple[Role, ...]:
        """Their roles in a tenant, in the order of the list of roles."""
        found = {one.role for one in self.given if one.tenant_id in (None, tenant_id)}
        return tuple(role for role in Role if role in found)

    def rights_in(self, tenant_id: TenantId) -> frozenset[Right]:
        """What they may do in a tenant; nothing at all where they have no role."""
        return rights_of(self.roles_in(tenant_id))

    @property
    def is_everywhere(self) -> bool:
        """Whether they may do everything in all tenants."""
        return any(one.role.is_everywhere for one in self.given)

    @property
    def tenant_ids(self) -> frozenset[TenantId]:
        """The tenants in which they have a role of their own."""
        return frozenset(one.tenant_id for one in self.given if one.tenant_id is not None)


def everything(login: str) -> Actor:
    """Somebody who may do everything, such as the person at this machine while nobody was added."""
    return Actor(login, login, frozenset({Given(Role.PLATFORM)}))


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """What these roles may, all together."""
    return frozenset().union(*(role.rights for role in roles))


def refusal(roles: Collection[Role], right: Right) -> str:
    """Why somebody with these roles may not do something, and whom to ask, in one sentence."""
    have = " and ".join(roles)
    whose = f"Your role ({have})" if len(roles) == 1 else f"Your roles ({have})" if roles else "You"
    ask = "somebody with the role platform" if right is Right.PLATFORM else "an admin"
    return f"{whose} may not {right.words}: ask {ask}"


def checked_login(text: str) -> str:
    """A login as it is kept: in lower case, whatever it was written in.

    Raises ValueError with the rule for what can't be one.
    """
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise ValueError(
            f"{text!r} is no login: letters, digits and . _ @ + -, at most 100, such as ada or ada@example.com"
        )
    return login


def checked_given(role: Role, tenant: object) -> None:
    """Raises ValueError where a role is given in a way that it can't be."""
    if role.is_everywhere and tenant is not None:
        raise ValueError("platform is a role in all tenants: give it without one")
    if not role.is_everywhere and tenant is None:
        raise ValueError(f"{role} is a role in one tenant: say in which")
