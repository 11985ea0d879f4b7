"""The model card: what a model is, from which leads it learned, how good it is, and what was decided about it.

Markdown, from what the registry knows and nothing else (after Mitchell et al. 2019).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.records import ModelChange, ModelVersion

_MEASURES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "ece": "calibration error",
    "lift_10": "lift at 10 %",
    "lift_at_10_percent": "lift at 10 %",
    "base_rate": "share of won leads",
}
_ORIGIN = {
    "data_sha256": "SHA-256 of the data",
    "seed": "seed",
    "sklearn": "scikit-learn",
    "code": "code",
    "learner": "learner",
    "split": "measured on",
}
_LIMITS = (
    "It orders companies and contacts for people who sell to businesses. It says nothing of a person as such, and must "
    "not decide about one by itself. What it learned holds as long as leads are like those that it learned from: "
    "`leadmill model drift` tells when they no longer are."
)


def card(version: ModelVersion, changes: Sequence[ModelChange]) -> str:
    """The card of a version, with what was decided about it in `changes`, the newest first."""
    facts = version.facts
    parts = [
        f"# {version.label}",
        _what_it_is(version),
        "## How good it is\n\n" + _measures(version.metrics, facts),
        "## What it looks at\n\n" + _features(facts),
        "## Where it comes from\n\n" + _origin(version),
        "## What was decided\n\n" + _decisions(version.label, changes),
        f"## What it is not for\n\n{_LIMITS}",
    ]
    return "\n\n".join(parts) + "\n"


def _what_it_is(version: ModelVersion) -> str:
    whose = "everybody's leads" if version.tenant_id is None else f"the leads of tenant {version.tenant_id}"
    stands = f" It is the {' and the '.join(version.aliases)}." if version.aliases else ""
    rows = version.facts.get("rows")
    learned = f", from {rows:,} leads whose outcome was known" if isinstance(rows, int) else ""
    if rows == 0:
        learned = (
            ", from rules, and no outcome: its percentages are an order of whom to call first, no likelihoods"
        )
    return f"A model of {whose}, trained on {version.created_at:%Y-%m-%d}{learned}.{stands}"


def _measures(metrics: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    if not metrics:
        return "Nobody knows: it was not measured on any outcome."
    intervals, baseline = facts.get("intervals") or {}, facts.get("baseline") or {}
    lines = ["| measure | value | 95 % interval | logistic baseline |", "|---|---|---|---|"]
    for name, value in metrics.items():
        low_high = intervals.get(name)
        interval = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
        other = baseline.get(name)
        beside = f"{other:.3f}" if isinstance(other, float) else ""
        lines.append(f"| {_MEASURES.get(name, name)} | {value:.3f} | {interval} | {beside} |")
    lines.append("\nMeasured on leads that it had not seen.")
    if facts.get("has_signal") is False:
        lines.append("No better than the base rate: its order is chance.")
    if isinstance(baseline.get("verdict"), str):
        lines.append(f"Against the baseline: {baseline['verdict']}.")
    return "\n".join(lines)


def _features(facts: Mapping[str, Any]) -> str:
    names = facts.get("features") or [one["column"] for one in facts.get("inputs") or ()]
    told = ", ".join(f"`{name}`" for name in dict.fromkeys(names)) + "."
    excluded: Mapping[str, str] = facts.get("excluded") or {}
    if not excluded:
        return told
    rows = "\n".join(f"| `{name}` | {why} |" for name, why in excluded.items())
    return f"{told}\n\nLeft out:\n\n| column | why |\n|---|---|\n{rows}"


def _origin(version: ModelVersion) -> str:
    told = {"SHA-256 of the file": version.sha256} | {
        name: version.facts[key] for key, name in _ORIGIN.items() if version.facts.get(key) is not None
    }
    return "\n".join(f"- {name}: {value}" for name, value in told.items())


def _decisions(label: str, changes: Sequence[ModelChange]) -> str:
    lines = []
    for one in changes:
        if label not in (one.model, one.before):
            continue
        when = f"{one.at:%Y-%m-%d %H:%M}" if one.at is not None else ""
        to = f", now {one.model}" if one.model not in (None, label) else ""
        instead = (
            f" in place of {one.before}" if one.model == label and one.before not in (None, label) else ""
        )
        why = f": {one.reason}" if one.reason else ""
        lines.append(f"- {when} {one.act} by {one.by}{instead}{to}{why}")
        lines += [
            f"  - {gate['name']}: {'open' if gate['is_open'] else 'CLOSED'}, {gate['found']}"
            for gate in one.gates
        ]
    return "\n".join(lines) or "Nothing yet."
