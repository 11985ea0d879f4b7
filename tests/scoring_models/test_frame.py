import pytest
import typer

from scoring_models.errors import LabelError, SplitError
from scoring_models.frame import told


def test_a_failure_is_one_sentence_and_1(capsys):
    with pytest.raises(typer.Exit) as caught, told():
        raise SplitError("all rows have the same day")
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.endswith("to measure on: all rows have the same day.\n")


def test_wrong_use_is_told_as_such():
    with pytest.raises(typer.BadParameter, match="y can't be the label: it has no values"), told():
        raise LabelError("y", "it has no values")
