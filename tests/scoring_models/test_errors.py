import pickle

import pytest

from scoring_models import errors

EXAMPLES = [
    (errors.DatasetError(3, "won", "not 0 or 1"), "Line 3, column won: not 0 or 1."),
    (
        errors.TooFewLabelsError(2, 9, 40),
        "Not enough data: 2 won and 9 lost leads, and training needs 40 of each.",
    ),
    (errors.ModelUnknownError("fit-{9}"), "There is no model 'fit-{9}'."),
    (errors.ModelNameError("A b"), "'A b' is not a model name"),
    (errors.ArtifactCorruptError("x.model", "cut"), "The model file x.model is damaged: cut."),
    (errors.NotAdditiveError(0.5), "off by 0.5"),
]


@pytest.mark.parametrize(("error", "message"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_says_its_docstring_and_survives_the_way_between_processes(error, message):
    assert message in str(error)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)
