"""Points are made from the code, each with a name, and whoever is to die at one dies there."""

import subprocess
import sys
from collections import Counter

from tests.chaos.desks import ROOT
from tests.chaos.failpoints import DIED, MODULES, names

_DIES = """
import asyncio, os, sys
from tests.chaos import failpoints
failpoints.install()
from actors.engine import {module} as module

class Told:
    async def __aenter__(self): print("begun", flush=True)
    async def __aexit__(self, *_): print("committed", flush=True)

class Database:
    def tenant(self, _): return Told()

async def still_running(session, ids): return {{1}}

module.runs.still_running = still_running
failpoints.die_at({{{point!r}}}, lambda name: os.write(1, name.encode()), passes_first={passes})

class Any:
    id = None
    @property
    def tenant(self): return self
    @property
    def end(self): return self

async def main():
    for _ in range(3):
        print(await module._is_committed(Database(), Any(), [Any()]), flush=True)

asyncio.run(main())
"""


def died(point, passes=0):
    code = _DIES.format(module="committing", point=point, passes=passes)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_each_point_has_one_name_and_the_steps_that_matter_are_among_them():
    known = names(MODULES)
    assert Counter(known).most_common(1)[0][1] == 1
    assert {name.partition(".")[0] for name in known} == {module.rpartition(".")[2] for module in MODULES}
    assert {
        "intake.Intake._take_in: after self._bus.read",
        "paying.Paying._reserve.reserve: after COMMIT",
        "circuits.Circuits.through: after ask",
        "paying.Paying._keep: before COMMIT",
        "deciding.as_decided: after approvals.decided",
        "committing._commit_once: before COMMIT",
        "committing._commit_once: after COMMIT",
        "intake.Intake._take_due: after runs.take_due",
        "station.Station._take: after COMMIT",
        "relay.Relay.relay_once: after self._publisher.publish",
        "relay.Relay._remember: after COMMIT",
    } <= set(known)
    assert set(names()) == {name for name in known if not name.startswith("relay.")}


def test_a_process_dies_before_and_after_what_its_point_says():
    before, after = "committing._is_committed: before COMMIT", "committing._is_committed: after COMMIT"
    status, said, trouble = died(before)
    assert (status, said) == (DIED, f"begun\n{before}"), trouble
    status, said, trouble = died(after)
    assert (status, said) == (DIED, f"begun\ncommitted\n{after}"), trouble


def test_some_may_be_passed_first_and_without_a_point_nothing_happens():
    point = "committing._is_committed: after runs.still_running"
    status, said, trouble = died(point, passes=2)
    assert (status, said.count("committed\n")) == (DIED, 2), trouble
    status, said, trouble = died("nowhere")
    assert (status, said.count("False")) == (0, 3), trouble


def test_no_module_of_ours_knows_of_points():
    for module in MODULES:
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
        assert "failpoint" not in source
        assert "tests." not in source
