from datetime import UTC, datetime
from uuid import UUID

from scoring_models.card import card
from tenants.records import ModelChange, ModelVersion

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def version(**changes):
    given = {
        "tenant_id": None,
        "name": "fit",
        "version": 2,
        "sha256": "ab" * 32,
        "path": "x.model",
        "metrics": {"roc_auc": 0.81, "ece": 0.02},
        "facts": {"features": ["employees", "industry"], "rows": 1200, "seed": 7, "data_sha256": "cd" * 32},
        "created_at": NOON,
        "aliases": ("champion",),
    }
    return ModelVersion(**{**given, **changes})


def test_it_says_what_the_registry_knows():
    told = card(version(), [])
    assert told.startswith("# fit-2\n")
    assert "everybody's leads, trained on 2026-11-20, from 1,200 leads" in told
    assert "It is the champion." in told
    assert "| ROC-AUC | 0.810 |  |  |" in told
    assert "`employees`, `industry`." in told
    assert f"- SHA-256 of the data: {'cd' * 32}" in told
    assert "Nothing yet." in told


def test_a_tables_model_tells_intervals_baseline_and_what_was_left_out():
    facts = {
        "inputs": [{"column": "budget"}, {"column": "budget"}],
        "rows": 500,
        "intervals": {"roc_auc": [0.78, 0.84]},
        "baseline": {"roc_auc": 0.8, "verdict": "no better than the base rate"},
        "has_signal": False,
        "excluded": {"Tags": "alone it tells won from lost leads"},
    }
    told = card(version(tenant_id=UUID(int=5), facts=facts, aliases=()), [])
    assert "| ROC-AUC | 0.810 | 0.780 to 0.840 | 0.800 |" in told
    assert "its order is chance" in told
    assert "| `Tags` | alone it tells won from lost leads |" in told
    assert f"the leads of tenant {UUID(int=5)}" in told
    assert told.count("`budget`") == 1


def test_decisions_about_it_are_told_with_their_gates_and_others_are_not():
    gate = {"name": "tiers", "is_open": False, "found": "40.0% of the leads would be in another tier"}
    changes = [
        ModelChange(None, "champion", "rolled back", "fit-1", "fit-2", "ben", "it liked nobody", at=NOON),
        ModelChange(None, "challenger", "proposed", "fit-2", "fit-1", "ann", "a new market", (gate,), NOON),
        ModelChange(None, "champion", "promoted", "fit-7", "fit-6", "cleo", None, at=NOON),
    ]
    told = card(version(), changes)
    assert "- 2026-11-20 12:00 rolled back by ben, now fit-1: it liked nobody" in told
    assert "- 2026-11-20 12:00 proposed by ann in place of fit-1: a new market" in told
    assert "  - tiers: CLOSED, 40.0% of the leads would be in another tier" in told
    assert "cleo" not in told
