import importlib
import inspect
from pathlib import Path

import pytest

from actors import agents
from actors.agents import all_agents
from actors.core.agent import Agent
from actors.events import event_types

ROOT = Path(__file__).resolve().parents[2]
every_agent = pytest.mark.parametrize("one", all_agents().values(), ids=lambda one: one.name)


def test_there_is_an_agent_in_each_file_of_the_folder():
    files = {path.stem for path in Path(agents.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(all_agents())
    assert {"lead_source", "enrichment", "contact_finder", "scoring"} <= files


@every_agent
def test_an_agent_is_named_after_its_file_which_declares_no_other(one):
    module = importlib.import_module(f"actors.agents.{one.name}")
    assert [value for value in vars(module).values() if isinstance(value, Agent)] == [one]
    assert module.__doc__


@every_agent
def test_an_agent_says_in_one_sentence_what_it_does(one):
    assert one.description.endswith(".")
    assert 20 <= len(one.description) <= 140
    assert one.title[0].isupper()
    assert "_" not in one.title


@every_agent
def test_an_agent_hears_and_says_events_that_there_are(one):
    known = set(event_types().values())
    assert one.on in known
    assert set(one.emits) <= known
    assert len(set(one.emits)) == len(one.emits)
    assert one.on not in one.emits  # an agent that answers itself never ends


@every_agent
def test_an_agent_is_one_async_function_of_an_event_and_a_context(one):
    assert inspect.iscoroutinefunction(one.work)
    assert list(inspect.signature(one.work).parameters) == ["event", "ctx"]
    assert inspect.get_annotations(one.work, eval_str=True)["event"] is one.on
    assert one.deadline_s > 0
    assert one.concurrency > 0


@every_agent
def test_an_agent_has_its_test_file(one):
    assert (ROOT / "tests" / "actors" / "agents" / f"test_{one.name}.py").is_file()


def test_no_two_agents_say_the_same_so_that_each_event_has_one_author():
    said = [payload for one in all_agents().values() for payload in one.emits]
    assert len(said) == len(set(said))
