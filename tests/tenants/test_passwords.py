import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from tenants import passwords

GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def kept():
    return passwords.hash_of(GOOD)


def test_a_password_fits_its_own_hash_only(kept):
    assert passwords.fits(GOOD, kept)
    assert not passwords.fits(f"{GOOD} ", kept)
    assert not passwords.fits("", kept)


def test_two_hashes_of_one_password_are_not_the_same(kept):
    assert passwords.hash_of(GOOD) != kept
    assert GOOD not in kept


def test_hashes_are_argon2id_with_at_least_the_work_that_owasp_asks_for(kept):
    found = extract_parameters(kept)
    assert found.type is Type.ID
    assert (found.memory_cost >= 19_456, found.time_cost >= 2) == (True, True)
    assert not passwords.is_weak(kept)
    assert passwords.is_weak(PasswordHasher(time_cost=1, memory_cost=8_192).hash(GOOD))


def test_nothing_fits_where_there_is_no_hash_and_it_is_worked_all_the_same(monkeypatch):
    looked_at = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher,
        "verify",
        lambda self, kept, given: looked_at.append(extract_parameters(kept)) or verify(self, kept, given),
    )
    assert not passwords.fits(GOOD, None)
    assert [one.memory_cost for one in looked_at] == [65_536]


def test_what_is_no_hash_fits_nothing():
    assert not passwords.fits(GOOD, "nonsense")


def test_the_same_letters_in_another_spelling_are_the_same_password():
    assert passwords.fits("cafe\N{COMBINING ACUTE ACCENT} au lait", passwords.hash_of("café au lait"))


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "ada@example.com1"])
def test_what_is_easily_guessed_is_no_password(password):
    with pytest.raises(ValueError, match="a password"):
        passwords.checked_password(password, login="ada@example.com")


def test_a_good_one_may_be_one_and_so_may_a_new_one():
    assert passwords.checked_password(GOOD, login="ada") == GOOD
    new = passwords.new_password()
    assert passwords.checked_password(new, login="ada") == new
    assert passwords.new_password() != new
