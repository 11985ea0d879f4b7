from uuid import uuid4

import pytest

from tenants.identity import TenantId
from tenants.people import (
    Actor,
    Given,
    Right,
    Role,
    checked_given,
    checked_login,
    everything,
    refusal,
    rights_of,
)

HERE, THERE = TenantId(uuid4()), TenantId(uuid4())
MAY = {
    Role.VIEWER: {Right.SEE},
    Role.OPERATOR: {Right.SEE, Right.OPERATE},
    Role.APPROVER: {Right.SEE, Right.APPROVE},
    Role.ML: {Right.SEE, Right.MODELS},
    Role.ADMIN: {Right.SEE, Right.OPERATE, Right.APPROVE, Right.MODELS, Right.ADMINISTER},
    Role.PLATFORM: set(Right),
}


def actor(*given: Given) -> Actor:
    return Actor("ada", "Ada", frozenset(given))


@pytest.mark.parametrize("role", Role)
def test_each_role_may_what_it_is_for(role):
    assert role.rights == MAY[role]


@pytest.mark.parametrize("role", [role for role in Role if not role.is_everywhere])
def test_a_role_of_one_tenant_is_nothing_in_another(role):
    ada = actor(Given(role, HERE))
    assert ada.rights_in(HERE) == MAY[role]
    assert ada.rights_in(THERE) == frozenset()
    assert not ada.is_everywhere
    assert ada.tenant_ids == {HERE}


def test_several_roles_add_up():
    ada = actor(Given(Role.OPERATOR, HERE), Given(Role.APPROVER, HERE), Given(Role.ADMIN, THERE))
    assert ada.rights_in(HERE) == {Right.SEE, Right.OPERATE, Right.APPROVE}
    assert ada.roles_in(HERE) == (Role.OPERATOR, Role.APPROVER)
    assert rights_of([]) == frozenset()


def test_platform_is_everywhere():
    ada = actor(Given(Role.PLATFORM))
    assert ada.rights_in(HERE) == ada.rights_in(THERE) == set(Right)
    assert everything("me").is_everywhere


def test_a_refusal_says_what_one_is_and_whom_to_ask():
    said = refusal([Role.VIEWER], Right.APPROVE)
    assert said == "Your role (viewer) may not decide on approvals: ask an admin"
    said = refusal([Role.ML, Role.VIEWER], Right.PLATFORM)
    assert said.startswith("Your roles (ml and viewer) may not")
    assert said.endswith("ask somebody with the role platform")


@pytest.mark.parametrize(
    ("text", "login"), [(" Ada ", "ada"), ("Ada@Example.com", "ada@example.com"), ("7.of_9", "7.of_9")]
)
def test_a_login_is_the_same_in_whatever_case(text, login):
    assert checked_login(text) == login


@pytest.mark.parametrize("text", ["", "a b", "-ada", "ä", "a" * 101, "ada;drop", "<b>"])
def test_what_can_not_be_a_login_is_refused(text):
    with pytest.raises(ValueError, match="is no login"):
        checked_login(text)


def test_a_role_is_given_where_it_can_hold():
    checked_given(Role.PLATFORM, None)
    checked_given(Role.VIEWER, HERE)
    with pytest.raises(ValueError, match="in all tenants"):
        checked_given(Role.PLATFORM, HERE)
    with pytest.raises(ValueError, match="say in which"):
        checked_given(Role.VIEWER, None)
