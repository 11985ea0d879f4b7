import subprocess
import sys
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from actors.simulator.world import World

ROOT = Path(__file__).parents[3]
DIGEST = """
from datetime import date
from hashlib import sha256
from actors.simulator.world import World
world = World(7, 200, date(2026, 11, 2))
seen = [(company, world.people(company)) for company in world.companies]
seen.append(world.company_by_domain("some-start-up.io"))
print(sha256(repr(seen).encode()).hexdigest())
"""


def test_two_processes_with_one_seed_see_the_same_world():
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_larger_world_begins_with_the_smaller_one(world):
    assert World(7, 50, world.today).companies == world.companies[:50]


def test_a_domain_is_found_however_it_is_written(world):
    company = world.companies[5]
    assert world.company_by_domain(f"WWW.{company.domain.upper()}") is company


def test_every_domain_has_a_company(world):
    company = world.company_by_domain("some-start-up.io")
    assert company.domain == "some-start-up.io"
    assert world.company_by_domain("some-start-up.io") is company
    assert world.company_by_id(company.id) is company


def test_companies_and_people_are_found_by_their_ids(world):
    company = world.companies[17]
    assert world.company_by_id(company.id) is company
    assert world.company_by_id(world.people(company)[0].id) is company


@pytest.mark.parametrize("unknown", ["", "not hexadecimal", "f" * 24, "000000000000ffff00000000"])
def test_other_ids_belong_to_nobody(world, unknown):
    assert world.company_by_id(unknown) is None


def test_companies_are_found_by_name(world):
    company = world.companies[17]
    assert world.company_by_name(company.name.upper()) is company
    assert world.company_by_name("Nobody At All") is None


def test_segments_hold_what_they_say(world):
    found = list(world.select(["retail"], ["US", "GB"], [1, 2]))
    assert found == [
        company
        for company in world.companies
        if company.industry == "retail" and company.country in {"US", "GB"} and 11 <= company.employees <= 200
    ]
    assert list(islice(world.select(None, None, None), 10)) == world.companies[:10]


@pytest.mark.parametrize("companies", [0, -1, 10**6])
def test_a_world_has_a_sensible_size(companies):
    with pytest.raises(ValueError, match="a world has 1 to"):
        World(7, companies, date(2026, 11, 2))
