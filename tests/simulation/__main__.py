"""Many worlds, one for each seed, and their table: python -m tests.simulation [--seeds N] [--from N] [--jobs N].

A seed that shows what must not be is named, and is the same again: python -m tests.simulation --seed N [--trace].
"""

import argparse
import hashlib
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulation.world import World


@dataclass
class Seen:
    """What was seen of one seed. The digest is of every step: the same seed has the same one."""

    seed: int
    violations: list[str]
    faults: Counter[str]
    steps: int
    leads: int = 0
    lost: int = 0
    doubled: int = 0
    deaths: int = 0
    trace: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]


def play(seed: int, *, is_traced: bool = False) -> Seen:
    """The world of this seed, played to its end."""
    world = World(seed)
    if is_traced:
        world.loop.turns_of = []
    try:
        world.play()
    except Exception as fault:  # noqa: BLE001 - whatever it is, the seed is to be named
        world.watch.add(f"simulation: {fault!r}")
    watch = world.watch
    return Seen(
        seed, watch.violations, world.faults, world.loop.steps, watch.leads, watch.lost, watch.doubled, watch.deaths,
        world.loop.turns_of or [],
    )  # fmt: skip


def play_many(seeds: Iterable[int], jobs: int) -> Iterable[Seen]:
    """What was seen of each seed, as soon as it is there."""
    if jobs == 1:
        yield from map(play, seeds)
        return
    # forked: each has loaded everything already
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(play, seeds, chunksize=10)


def _say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _table(seen: list[Seen], seconds: float) -> None:
    faults: Counter[str] = sum((one.faults for one in seen), Counter())
    rows = [("seeds", len(seen)), ("steps", sum(one.steps for one in seen))]
    rows += sorted(faults.items(), key=lambda one: (-one[1], one[0]))
    rows += [(name, sum(getattr(one, name) for one in seen)) for name in ("leads", "lost", "doubled")]
    rows += [("seeds with violations", sum(bool(one.violations) for one in seen))]
    for name, number in rows:
        _say(f"{name:28}{number:>12,}")
    _say(f"{'seconds':28}{seconds:>12.1f}")
    _say(f"{'seeds a second':28}{len(seen) / seconds:>12.1f}")


def main() -> int:
    """1 where any seed has shown what must not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument(
        "--from", type=int, default=0, dest="first", metavar="N", help="the first (default: 0)"
    )
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--trace", action="store_true", help="every step of it, and a digest of all steps")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: 2)"
    )
    options = parser.parse_args()
    if options.trace and options.seed is None:
        parser.error("--trace is for one --seed")
    started = time.monotonic()
    if options.seed is not None:
        seen = [play(options.seed, is_traced=options.trace)]
        for step in seen[0].trace:
            _say(step)
    else:
        seen = list(play_many(range(options.first, options.first + options.seeds), options.jobs))
    for one in sorted(seen, key=lambda one: one.seed):
        for sentence in one.violations:
            _say(f"seed {one.seed}: {sentence}")
        if one.violations:
            _say(f"  again: python -m tests.simulation --seed {one.seed} --trace")
    if options.trace:
        _say(f"digest {seen[0].digest}")
    _table(seen, time.monotonic() - started)
    return int(any(one.violations for one in seen))


if __name__ == "__main__":
    sys.exit(main())
