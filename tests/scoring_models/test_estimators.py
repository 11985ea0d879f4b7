import struct
import zipfile

import numpy as np
import pytest

from scoring_models.artifact import write_model
from scoring_models.columns import pack
from scoring_models.dataset import LABEL, parse_dataset
from scoring_models.estimators import code_version, logistic
from scoring_models.features import FEATURES, MISSING, matrix
from scoring_models.train import train
from tests.scoring_models import world


def test_the_same_rows_give_the_same_predictions():
    rows = matrix(pack(world.requests(50)))
    won = np.arange(50) % 2 == 0
    one, other = (logistic(rows).fit(rows, won).predict_proba(rows) for _ in range(2))
    assert (one == other).all()


def test_a_feature_that_training_never_saw_counts_nothing():
    rows = matrix(pack(world.requests(80)))
    rows[:, 0], rows[:, -1] = np.nan, MISSING
    pipeline = logistic(rows).fit(rows, np.arange(80) % 2 == 0)
    known = rows.copy()
    known[:, 0] = 500.0
    assert np.abs(pipeline.decision_function(known) - pipeline.decision_function(rows)).max() < 1e-12


def test_facts_say_where_a_model_comes_from():
    facts = world.trained().facts
    assert facts["features"] == list(FEATURES)
    assert facts["seed"] == 7
    assert facts["created_at"] == world.NOON.isoformat()


def test_the_version_of_the_code_is_the_same_for_the_same_code():
    assert world.trained().facts["code"] == code_version() == code_version.__wrapped__()


def told_apart(fields, at):
    """A lead with values that few others have: two industries and an amount of nine leads, a department of many."""
    return fields | {
        "industry": f"falconry {at % 2}" if at < 18 else fields["industry"],
        "department": "beekeeping" if at < 40 else fields["department"],
        "open_jobs": 7_654_321 if at < 9 else None,
    }


@pytest.fixture(scope="module")
def rows_and_file(tmp_path_factory):
    """The rows of a data set that has rare values, and all that is in the file of a model of them, unpacked."""
    rows = [
        told_apart(fields, at) | {LABEL: int(odds > -0.8)}
        for at, (fields, odds) in enumerate(world.leads(600, 21))
    ]
    model = train(parse_dataset(world.table(rows)), seed=7, created_at=world.NOON)
    with zipfile.ZipFile(write_model(model, tmp_path_factory.mktemp("models"))) as archive:
        return rows, b"".join(archive.read(name) for name in archive.namelist())


def written(value):
    """The ways in which a file may hold a value."""
    if isinstance(value, str):
        return [value.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
    curved = (float(value), np.log1p(value))
    return [repr(one).encode() for one in (value, *map(float, curved))] + [
        struct.pack("<d", one) for one in curved
    ]


def test_a_model_keeps_no_value_that_few_leads_have(rows_and_file):
    _, file = rows_and_file
    assert any(
        way in file for way in written("beekeeping")
    )  # one that many have is found, so others would be
    for rare in ("falconry", 7_654_321):
        assert not any(way in file for way in written(rare)), rare


@pytest.mark.parametrize("feature", ["revenue_usd", "funding_usd"])
def test_a_model_keeps_no_leads_own_amount(rows_and_file, feature):
    """These are amounts of one lead each: neither a median nor the border of a share may be one of them."""
    rows, file = rows_and_file
    amounts = {row[feature] for row in rows} - {None, 0.0}
    assert len(amounts) > 100
    assert [amount for amount in amounts if any(way in file for way in written(amount))] == []
