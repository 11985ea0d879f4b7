import pickle

import pytest

from scoring_models import errors

EXAMPLES = [
    (errors.DatasetError(3, "won", "not 0 or 1"), "Line 3, column won: not 0 or 1."),
    (
        errors.TooFewLabelsError(2, 9, 40),
        "Not enough data: 2 won and 9 lost leads, and training needs 40 of each.",
    ),
    (errors.TrainingFailedError("no memory"), "The training did not end well: no memory."),
    (errors.ModelUnknownError("fit-{9}"), "There is no model 'fit-{9}'."),
    (errors.NoPriorError(), "No model judges everybody's leads yet"),
    (errors.NoReferenceError("fit-1"), "fit-1 does not know how its training set was spread"),
    (errors.ModelNameError("A b"), "'A b' is not a model name"),
    (errors.ArtifactCorruptError("x.model", "cut"), "The model file x.model is damaged: cut."),
    (errors.NotAdditiveError(0.5), "off by 0.5"),
    (errors.FileUnreadableError("a.csv", "it is empty"), "a.csv can't be read: it is empty."),
    (errors.NoColumnError("a.csv", "won", "x, y"), "a.csv has no column 'won'; there are x, y."),
    (
        errors.ColumnUnfitError("x", "the time", "it holds no dates"),
        "x can't be the time: it holds no dates.",
    ),
    (errors.LabelError("y", "it has no values"), "y can't be the label: it has no values."),
    (errors.SplitError("one day"), "to learn from and those to measure on: one day."),
    (errors.NoInputsError("a.csv", "x: empty"), "a.csv has no column that a model may look at (x: empty)."),
    (
        errors.ColumnsMissingError("a.csv", 2, "x, y"),
        "a.csv lacks 2 of the columns that the model looks at: x, y.",
    ),
]


@pytest.mark.parametrize(("error", "message"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_says_its_docstring_and_survives_the_way_between_processes(error, message):
    assert message in str(error)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)
