"""A death at every step of the engine."""

from tests.chaos.failpoints import DIED, names
from tests.chaos.trial import Scenario, Trial
from tests.chaos.variety import Variety

_LEAST = 25
_A_FEW = 8
# so long a worker lives that comes to none of its points, and so many of those there may be in a row
_SECONDS = 3.0
_MOST_IN_VAIN = 8
# how many of its points a worker passes before it dies, so that not all deaths are in its first moments
_PASSES = (0, 0, 0, 1, 2, 5, 20)


async def failpoints(trial: Trial) -> None:
    """A worker dies before and after each step of the engine, once each, and another goes on."""
    # whoever dies over an effect leaves a claim of half a minute: too long for a brief look
    known = [name for name in names() if not (trial.is_brief and "outward" in name)]
    trial.must(
        len(known) >= _LEAST and len(set(known)) == len(known), f"{len(known)} points have a name each"
    )
    left = set(trial.chance.sample(known, _A_FEW) if trial.is_brief else known)
    trial.notes["points"] = len(left)
    nest = await trial.nest("--conflicts=0.02")
    variety = Variety(trial)
    await variety.begin()
    trial.load.begin(60)
    in_vain = 0
    while left and in_vain < _MOST_IN_VAIN:
        passes = trial.chance.choice(_PASSES) if len(left) > _A_FEW and not in_vain else 0
        hit, status = await nest.hatch(left, passes=passes, seconds=_SECONDS)
        if hit is None:
            trial.must(status == 0, f"a worker that came to no point of its own ended with {status}")
            in_vain += 1
            continue
        trial.must(status == DIED, f"at {hit} a worker ended with {status}")
        left.remove(hit)
        in_vain = 0
        trial.kills += 1
        trial.deaths += 1
    trial.must(not left, f"{len(left)} points were never come to: {', '.join(sorted(left))}")
    await nest.stop()
    await trial.desk()
    await variety.end()
    trial.notes["tried_again"] = await variety.tried_again()


SCENARIOS = (Scenario(2, "failpoints", failpoints),)
