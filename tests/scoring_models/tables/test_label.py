import numpy as np
import pytest

from scoring_models.errors import LabelError
from scoring_models.tables.label import Label, label_of


@pytest.mark.parametrize(
    ("values", "won", "lost"),
    [
        (["1", "0"], "1", "0"),
        (["no", "Yes", ""], "yes", "no"),
        (["Closed Won", "Closed Lost"], "closed won", "closed lost"),
        (["true", "false"], "true", "false"),
        (["Converted", "Open"], "converted", "open"),
    ],
)
def test_which_value_is_won_is_mostly_plain(values, won, lost):
    assert label_of("y", values, None) == Label(column="y", won=won, lost=lost)


def test_where_it_is_not_plain_it_must_be_said():
    with pytest.raises(LabelError, match="which of 'blue' and 'red' is won"):
        label_of("y", ["red", "blue"], None)
    assert label_of("y", ["red", "blue"], "Red") == Label(column="y", won="red", lost="blue")
    with pytest.raises(LabelError, match="no lead has the value 'green'; there are blue, red"):
        label_of("y", ["red", "blue"], "green")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "0", "maybe"], r"3 values \(0, 1, maybe\)"),
        (["1", "1"], r"1 value \(1\)"),
        (["", "NA"], "no values"),
        ([str(at) for at in range(9)], r"9 values \(0, 1, 2, 3, 4, …\)"),
    ],
)
def test_a_label_has_two_values(values, message):
    with pytest.raises(LabelError, match=message):
        label_of("y", values, None)


def test_a_label_is_read_as_one_zero_and_not_known():
    label = Label(column="y", won="yes", lost="no")
    read = label.read(["Yes", "NO", ""])
    assert read[:2].tolist() == [1, 0]
    assert np.isnan(read[2])
    with pytest.raises(LabelError, match="it holds maybe"):
        label.read(["yes", "maybe"])
