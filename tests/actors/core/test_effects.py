from uuid import uuid4

import pytest
from pydantic import ValidationError

from actors.core.effects import Effect, EnrolContact, WriteProspect

WHO = {"lead_id": uuid4(), "contact_id": uuid4(), "email": "ann@acme.example"}
ENROL = EnrolContact(**WHO, sequence="nurture", name="Ann Lee", company="Acme", score=50, tier="C")
WRITE = WriteProspect(**WHO, domain="acme.example", account={"name": "Acme"}, contact={"name": "Ann Lee"})


def test_one_lead_is_put_into_one_sequence_once_whoever_the_contact_is():
    other = ENROL.model_copy(update={"email": "bob@acme.example", "contact_id": uuid4()})
    assert other.same == ENROL.same
    assert ENROL.model_copy(update={"sequence": "standard"}).same != ENROL.same
    beside = [ENROL.model_copy(update={"place": place, "contact_id": uuid4()}) for place in (2, 2, 3)]
    assert len({ENROL.same, *(one.same for one in beside)}) == 4


def test_each_run_writes_for_itself():
    assert WRITE.same is None


@pytest.mark.parametrize("effect", [ENROL, WRITE], ids=lambda one: type(one).__name__)
def test_what_is_told_of_an_effect_names_nobody(effect):
    assert "Ann" not in effect.told
    assert "ann@" not in effect.told


@pytest.mark.parametrize("effect", [ENROL, WRITE], ids=lambda one: type(one).__name__)
def test_once_more_is_the_same_in_the_next_generation(effect):
    again = effect.again()
    assert again.generation == effect.generation + 1
    assert again.model_copy(update={"generation": 0}) == effect


@pytest.mark.parametrize("kind", [EnrolContact, WriteProspect])
def test_who_is_reached_cannot_be_edited(kind):
    assert not kind.editable & {*Effect.model_fields, "domain"}
    assert kind.editable <= kind.model_fields.keys()


def test_what_is_written_down_reads_back_as_it_was_and_nothing_else():
    for effect in (ENROL, WRITE):
        assert type(effect).model_validate(effect.model_dump(mode="json")) == effect
    with pytest.raises(ValidationError):
        EnrolContact.model_validate({**ENROL.model_dump(mode="json"), "cc": "all@acme.example"})
