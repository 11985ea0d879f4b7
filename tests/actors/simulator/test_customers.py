from collections import Counter
from datetime import date

from actors.simulator.customers import OWNERS, Standing, has_opted_out, on_file, standing
from actors.simulator.world import World


def test_about_three_in_a_hundred_are_customers_and_as_many_have_open_deals():
    world = World(3, 12_000, date(2026, 11, 1))
    there = on_file(world)
    counted = Counter(one.standing for one in there)
    # four standard deviations of so many draws
    for which, share in ((Standing.CUSTOMER, 0.03), (Standing.OPEN_DEAL, 0.03), (Standing.LOST_DEAL, 0.02)):
        assert abs(counted[which] / 12_000 - share) < 4 * (share / 12_000) ** 0.5
    people = [person for one in there for person in one.people]
    assert 0.10 < sum(map(has_opted_out, people)) / len(people) < 0.20
    assert len({one.owner.email for one in there}) == len(OWNERS) == 3


def test_what_is_on_file_follows_from_the_world(world):
    there = on_file(world)
    assert there == on_file(World(world.seed, len(world.companies), world.today))
    assert [one.company.number for one in there] == sorted(one.company.number for one in there)
    assert all(standing(one.company) is one.standing for one in there)
    assert {c.domain for c in world.companies if standing(c)} == {one.company.domain for one in there}
    assert all(one.people == world.people(one.company)[:3] for one in there)
