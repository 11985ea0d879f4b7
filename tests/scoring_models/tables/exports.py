"""Exports of a CRM in which we know who buys: won leads follow a law of our own."""

import csv
import hashlib
import io
import math
import random
from datetime import date, timedelta
from functools import cache

from scoring_models.tables.preparation import Wish, prepare
from scoring_models.tables.table import Table
from scoring_models.tables.training import Trained, train_table

INDUSTRIES = {"Software": 1.2, "Retail": -0.6, "Finance": 0.5, "Logistics": -1.0, "Select": -0.3}
FIRST_DAY = date(2025, 1, 1)
TRAINED_WISH = Wish(label="Won", time="Created", group="Account")


def export(count: int = 1500, seed: int = 1) -> dict[str, list[str]]:
    """Leads with honest columns, ones that say nothing, and the label `Won`; in the order of time."""
    dice = random.Random(seed)
    columns: dict[str, list[str]] = {
        name: []
        for name in (
            "Lead Id", "Created", "Account", "Industry", "Budget", "Seats", "Demo", "Note", "Region", "Noise", "Won",
        )
    }  # fmt: skip
    for at in range(count):
        industry = dice.choice(list(INDUSTRIES))
        budget = math.exp(dice.gauss(9, 1.2))
        seats = dice.randint(1, 200)
        demo = dice.choice(["Yes", "No"])
        odds = -1.6 + INDUSTRIES[industry] + 0.7 * (math.log(budget) - 9) + (1.0 if demo == "Yes" else 0.0)
        row = {
            "Lead Id": f"L-{at:05}",
            "Created": (FIRST_DAY + timedelta(days=at // 10)).isoformat(),
            "Account": f"account {dice.randrange(max(at // 4, 1), at // 4 + 40)}",
            "Industry": industry,
            "Budget": "" if dice.random() < 0.1 else f"{budget:.2f}",
            "Seats": str(seats),
            "Demo": demo,
            "Note": " ".join(dice.choices(["call", "again", "later", "mail", "sent", "the", "quote"], k=7))
            + f" {at}",
            "Region": "EMEA",
            "Noise": dice.choice("abcdef"),
            "Won": str(int(dice.random() < 1 / (1 + math.exp(-odds)))),
        }
        for name, value in row.items():
            columns[name].append(value)
    return columns


def noise(count: int = 800, seed: int = 5) -> dict[str, list[str]]:
    """Leads whose columns say nothing of who was won."""
    dice = random.Random(seed)
    return {
        "colour": [dice.choice(["red", "green", "blue"]) for _ in range(count)],
        "size": [str(dice.randint(1, 500)) for _ in range(count)],
        "won": [str(int(dice.random() < 0.3)) for _ in range(count)],
    }


def table_of(columns: dict[str, list[str]]) -> Table:
    return Table("leads.csv", columns, hashlib.sha256(csv_of(columns)).hexdigest())


def csv_of(columns: dict[str, list[str]], separator: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def trained_on(columns: dict[str, list[str]], wish: Wish) -> Trained:
    return train_table(prepare(table_of(columns), wish), lambda what: None)


@cache
def trained() -> Trained:
    """A model of this world, trained in the order of time."""
    return trained_on(export(), TRAINED_WISH)
