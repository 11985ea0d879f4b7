import random

import numpy as np
import pytest

from scoring_models.errors import NoInputsError
from scoring_models.tables.preparation import Wish, prepare
from scoring_models.tables.screen import screen
from tests.scoring_models.tables import exports

DICE = random.Random(11)
BASE = exports.export(1200)
WON = [value == "1" for value in BASE["Won"]]


def screened(name, values, **wish):
    """Why a column beside the honest ones is left out, or None."""
    wished = Wish(label="Won", exclude=("Lead Id", "Created", "Account"), **wish)
    return prepare(exports.table_of({**BASE, name: values}), wished).excluded.get(name)


def filled_where(condition, value=lambda: "x"):
    return [value() if yes else "" for yes in condition]


def test_honest_columns_stay():
    prepared = prepare(exports.table_of(BASE), Wish(label="Won"))
    looked_at = {one.column for one in prepared.inputs}
    assert {"Industry", "Budget", "Seats", "Demo", "Noise"} <= looked_at
    assert prepared.excluded.keys() == {"Lead Id", "Created", "Region", "Account"} - looked_at


def test_a_strong_honest_column_stays():
    """As strong as a column may be that is known beforehand: ROC-AUC of about 0.85, three times as good as others."""
    strong = [f"{(0.8 if won else 0) + DICE.gauss(0, 0.5):.4f}" for won in WON]
    prepared = prepare(exports.table_of({**BASE, "Strong": strong}), Wish(label="Won"))
    assert 0.82 < prepared.screened.strengths["Strong"] < 0.9
    assert "Strong" not in prepared.excluded
    assert any("Strong stands out" in note for note in prepared.notes)


def test_a_column_that_alone_tells_won_from_lost_is_named():
    tells = [("hot" if won else "cold") if DICE.random() < 0.95 else "warm" for won in WON]
    assert "alone it tells won from lost leads" in screened("Temperature", tells)


def test_two_such_columns_do_not_hide_each_other():
    columns = {name: [f"{won + DICE.gauss(0, 0.35):.3f}" for won in WON] for name in ("One", "Two")}
    prepared = prepare(exports.table_of({**BASE, **columns}), Wish(label="Won"))
    assert {"One", "Two"} <= prepared.excluded.keys()


def test_a_column_that_is_filled_only_after_the_outcome_is_named():
    dates = filled_where(WON, lambda: f"2026-0{DICE.randint(1, 9)}-11 10:00:00")
    assert "it is filled, all were won" in screened("Signed up", filled_where(WON))
    assert screened("Won on", dates).startswith("a date")
    some_lost = filled_where([not won and DICE.random() < 0.3 for won in WON], lambda: DICE.choice("abc"))
    assert "it is filled, none was won" in screened("Competitor", some_lost)
    nearly = filled_where(
        [won if DICE.random() < 0.93 else not won for won in WON], lambda: DICE.choice("abc")
    )
    assert "whether it is filled tells the outcome (ROC-AUC 0.9" in screened("Handover", nearly)


def test_a_gap_that_says_something_but_not_all_is_honest():
    gaps = filled_where([DICE.random() < (0.9 if won else 0.4) for won in WON], lambda: DICE.choice("abc"))
    assert screened("Occupation", gaps) is None


def test_a_value_that_names_an_outcome_and_has_it_is_named():
    stage = [
        "Closed by us" if won and DICE.random() < 0.3 else DICE.choice(["New", "Contacted", "Quoted"])
        for won in WON
    ]
    assert "it holds outcomes: of" in screened("Phase", stage)
    before = [DICE.choice(["won before", "lost before", "never asked"]) for _ in WON]
    assert screened("History", before) is None


def test_a_name_that_says_afterwards_counts_where_the_column_is_strong():
    strong = [f"{won + DICE.gauss(0, 0.8):.3f}" for won in WON]
    weak = [f"{DICE.gauss(0, 1):.3f}" for _ in WON]
    for name in (
        "duration",
        "Last Activity",
        "lastModifiedDate",
        "Lead Quality",
        "call_duration_s",
        "Deal Amount",
    ):
        assert "its name says that it is written down during or after" in screened(name, strong), name
        assert screened(name, weak) is None, name
    for name in (
        "marital status",
        "email_status",
        "Time on Website",
        "poutcome",
        "last name length",
        "company stage",
    ):
        assert screened(name, strong) is None, name


def test_what_is_forced_stays():
    assert screened("duration", filled_where(WON), force=("duration",)) is None


def test_dates_after_the_time_of_the_lead_are_named():
    later = [f"2030-01-{DICE.randint(1, 28):02}" for _ in WON]
    prepared = prepare(exports.table_of({**BASE, "Decided": later}), Wish(label="Won", time="Created"))
    assert prepared.excluded["Decided"] == "its dates lie after Created: it was not known then"


def test_where_nothing_is_left_that_is_told():
    columns = {"Won": BASE["Won"], "Result date": filled_where(WON)}
    with pytest.raises(NoInputsError, match="Result date"):
        prepare(exports.table_of(columns), Wish(label="Won"))


def test_a_column_of_one_value_and_gaps_is_as_strong_as_a_coin():
    table = {"flag": ["x" if DICE.random() < 0.5 else "" for _ in WON]}
    prepared = prepare(
        exports.table_of({**table, "Won": BASE["Won"], "Demo": BASE["Demo"]}), Wish(label="Won")
    )
    again = screen(prepared.inputs, prepared.table.columns, np.array(WON), forced=frozenset(), seed=1)
    assert again.leaks == {}
    assert 0.42 < again.strengths["flag"] < 0.56
