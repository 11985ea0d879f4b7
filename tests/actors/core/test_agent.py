import pytest

from actors.core.agent import agent
from actors.core.effects import EnrolContact
from actors.core.outcome import Skip
from actors.events.lead import LeadEnriched, LeadSourced


async def tidy_up(event, ctx):
    """Puts things in order.

    At length.
    """
    return Skip("nothing to do")


def test_an_agent_is_a_function_with_a_name_and_a_sentence_about_it():
    made = agent(on=LeadSourced, emits=(LeadEnriched,), deadline_s=3.0, concurrency=2)(tidy_up)
    assert (made.name, made.title, made.description) == ("tidy_up", "Tidy up", "Puts things in order.")
    assert (made.on, made.emits, made.topic) == (LeadSourced, (LeadEnriched,), "lead.sourced")
    assert (made.deadline_s, made.concurrency) == (3.0, 2)


def test_an_agent_says_what_it_may_want_done_outside():
    assert agent(on=LeadSourced, effect=EnrolContact)(tidy_up).effect is EnrolContact
    assert agent(on=LeadSourced)(tidy_up).effect is None


async def test_the_function_is_called_as_it_was_written():
    made = agent(on=LeadSourced)(tidy_up)
    assert await made.work(None, None) == Skip("nothing to do")
    assert made.emits == ()


@pytest.mark.parametrize("words", [None, "", "  \n "])
def test_an_agent_that_does_not_say_what_it_does_is_refused(words):
    async def silent(event, ctx):
        return Skip("nothing")

    silent.__doc__ = words
    with pytest.raises(TypeError, match="agent silent needs a docstring"):
        agent(on=LeadSourced)(silent)
