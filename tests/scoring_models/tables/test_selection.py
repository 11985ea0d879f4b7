import dataclasses
import math
import random

import numpy as np
import pytest

from scoring_models.tables.inputs import matrix
from scoring_models.tables.model import log_odds
from scoring_models.tables.preparation import Wish, prepare
from scoring_models.tables.selection import candidates, choose, learned
from tests.scoring_models.tables import exports


def tried(columns, **wish):
    prepared = prepare(exports.table_of(columns), Wish(**wish))
    rows = matrix(prepared.table, prepared.inputs)
    return prepared, rows, candidates(prepared, rows, lambda what: None)


def bent(count=2500):
    """Who buys is neither small nor large: no straight line sees it."""
    dice = random.Random(2)
    sizes = [dice.uniform(0, 10) for _ in range(count)]
    won = [dice.random() < (0.6 if 4 < size < 6 else 0.05) for size in sizes]
    return {"size": [f"{size:.3f}" for size in sizes], "won": [str(int(yes)) for yes in won]}


def test_the_simpler_judges_where_the_other_is_not_surely_better():
    prepared, rows, (plain, boosted) = tried(exports.export(1000), label="Won")
    kept, why = choose(plain, boosted, prepared, rows)
    assert kept is plain
    assert "gradient boosting does not beat the logistic regression" in why


def test_the_finer_judges_where_it_is_surely_better():
    prepared, rows, (plain, boosted) = tried(bent(), label="won")
    kept, why = choose(plain, boosted, prepared, rows)
    assert kept is boosted
    assert "gradient boosting beats the logistic regression (+0." in why


def test_what_trees_said_of_a_fold_is_what_as_many_trees_say():
    prepared, rows, (_, boosted) = tried(exports.export(1000), label="Won")
    before, after = prepared.split.folds[0]
    again = log_odds(learned(boosted.make, prepared, rows, before), rows[after])
    assert boosted.unseen[0] == pytest.approx(again)


def test_a_difference_within_the_interval_is_none():
    """Boosting that is better by a hair on every fold does not win by it."""
    prepared, rows, (plain, _) = tried(exports.export(1000), label="Won")
    dice = np.random.default_rng(1)
    hair = tuple(unseen + dice.normal(0, 1e-3, len(unseen)) for unseen in plain.unseen)
    other = dataclasses.replace(plain, learner="gradient boosting", unseen=hair)
    assert choose(plain, other, prepared, rows)[0] is plain


def test_a_straight_line_against_a_stated_direction_does_not_judge():
    dice = random.Random(3)
    prices = [dice.uniform(0, 10) for _ in range(1500)]
    won = [dice.random() < 1 / (1 + math.exp(-(price - 5) / 2)) for price in prices]
    columns = {
        "price": [f"{price:.3f}" for price in prices],
        "other": [str(dice.randint(0, 50)) for _ in prices],
        "won": [str(int(yes)) for yes in won],
    }
    prepared, rows, (plain, boosted) = tried(columns, label="won", falls=("price",))
    kept, why = choose(plain, boosted, prepared, rows)
    assert kept is boosted
    assert "against the stated direction of price" in why
