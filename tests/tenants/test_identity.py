import subprocess
import sys
import uuid
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenants.identity import checked_name, stable_id


def test_an_id_is_the_same_in_every_process():
    words = "from tenants.identity import stable_id; print(stable_id('lead', 7, None))"
    ids = {
        subprocess.run(
            [sys.executable, "-c", words], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert ids == {str(stable_id("lead", 7, None))}


def test_ids_differ_as_soon_as_one_part_does_or_parts_are_cut_otherwise():
    ids = {
        stable_id(*parts) for parts in [("a", "b"), ("ab",), ("a", "b", ""), ("b", "a"), ("a", None), ("a",)]
    }
    assert len(ids) == 6
    assert all(isinstance(one, UUID) for one in ids)


@pytest.mark.parametrize("name", ["a", "acme", "acme-2", "a-", "a" * 40])
def test_a_tenant_name_can_stand_in_an_address(name):
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "A", "Acme", "2acme", "-acme", "ac me", "acme\n", "a" * 41, "acmé", "a/b", "a_b", "../a"]
)
def test_any_other_name_is_refused_with_the_rule(name):
    with pytest.raises(ValueError, match="lower-case letters, digits and dashes") as refusal:
        checked_name(name)
    assert repr(name) in str(refusal.value)


@given(st.lists(st.one_of(st.text(), st.integers(), st.none(), st.uuids())))
def test_an_id_is_the_standard_one_of_its_parts_so_that_no_release_can_change_it(parts):
    namespace = uuid.UUID("6c656164-6d69-4c6c-8000-000000000001")

    try:
        expected = uuid.uuid5(namespace, "\x1f".join(map(str, parts)))
    except UnicodeEncodeError:
        assume(False)  # half a character is no text
    assert stable_id(*parts) == expected
