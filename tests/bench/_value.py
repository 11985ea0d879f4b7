"""What is saved where a field is bought only if it can change the tier, or a place in the best one."""

import csv
import io
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from actors.core.value import Trial, as_known
from actors.simulator import coverage
from actors.simulator.chance import fraction
from actors.simulator.company import Company
from actors.simulator.history import COLUMNS, history
from actors.simulator.world import World
from scoring_models.artifact import write_model
from scoring_models.dataset import parse_dataset
from scoring_models.schema import ScoreRequest
from scoring_models.scorer import Scorer
from scoring_models.train import train
from tenants.icp import IdealCustomer, Persona
from tenants.records import Account

COMPANIES, TOP, HISTORY_ROWS = 2_000, 100, 4_000
FIELDS = ("employees", "industry", "revenue_usd", "technologies")
ORDER, PRICES = ("hunter", "apollo", "pdl"), {"apollo": 0.05, "hunter": 0.03, "pdl": 0.10}


@dataclass(frozen=True)
class Saved:
    """What was spent by buying everything and by buying what decides, and how many of the top leads are the same."""

    everything_usd: float
    decisive_usd: float
    same_on_top: int


def measure(seed: int) -> Saved:
    """The same 2,000 companies, bought both ways, and judged by a model of their world's history."""
    world = World(seed, COMPANIES, date(2026, 11, 1))
    with tempfile.TemporaryDirectory(prefix="leadmill-bench-") as folder:
        scorer = _scorer(world, Path(folder))
        spent, tops = [], []
        for only_decisive in (False, True):
            paid, leads = 0.0, []
            for company in world.companies:
                account, missing = _known(company)
                cost, account = _bought(company, account, missing, scorer if only_decisive else None)
                paid += cost
                leads.append(_with_contact(world, company, account))
            scores = scorer.score_many("bench", leads)
            ranked = sorted(zip(scores, leads, strict=True), key=lambda pair: (-pair[0].score, -pair[0].fit))
            spent.append(paid)
            tops.append({lead.lead_id for _, lead in ranked[:TOP]})
    return Saved(spent[0], spent[1], len(tops[0] & tops[1]))


def _scorer(world: World, folder: Path) -> Scorer:
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS)
    rows.writeheader()
    rows.writerows(history(world, HISTORY_ROWS))
    model = train(parse_dataset(written.getvalue().encode()), seed=1, created_at=datetime.now(UTC))
    path = write_model(model, folder)
    return Scorer(lambda _: path, open_models=1)


def _known(company: Company) -> tuple[Account, list[str]]:
    """What a list and the company's website tell for nothing, and what is missing."""
    facts: dict[str, Any] = {"country": company.country, "founded_year": company.founded_year}
    if company.has_site:
        facts |= {"open_jobs": company.open_jobs}
        facts |= {"employees": company.employees} if fraction("told", company.domain) < 0.5 else {}
    account = Account(
        id=UUID(int=company.number), identity_key=company.domain, name=company.name, source="list", **facts
    )
    return account, [name for name in FIELDS if getattr(account, name) is None]


def _decisive(account: Account, missing: Collection[str], scorer: Scorer) -> set[str]:
    trial = Trial(as_known(account, account.id), missing, IdealCustomer(), Persona())
    scores = scorer.score_many("bench", trial.requests)
    return trial.decisive(dict(zip(trial.requests, scores, strict=True)))


def _bought(
    company: Company, account: Account, missing: Collection[str], scorer: Scorer | None
) -> tuple[float, Account]:
    """What was paid, and the company with what came: one vendor after the other while something is wanted.

    With a scorer that is what decides, judged anew after each answer.
    """
    truth: dict[str, Any] = {
        "employees": company.employees,
        "industry": company.industry,
        "revenue_usd": company.revenue_usd,
        "technologies": company.technologies,
    }
    left, paid = set(missing), 0.0
    for vendor in ORDER:
        if not (_decisive(account, left, scorer) if scorer is not None else left):
            break
        if coverage.covers(vendor, company):
            paid += PRICES[vendor]
            # a hit brings what it brings, wanted or not
            found = {name for name in FIELDS if coverage.shows(vendor, company, name)}
            account = account.learned({name: truth[name] for name in found})
            left -= found
    return paid, account


def _with_contact(world: World, company: Company, account: Account) -> ScoreRequest:
    person = world.people(company)[0]
    status = "deliverable" if not person.email_is_stale else "risky"
    about = {"seniority": person.seniority, "department": person.department, "email_status": status}
    return as_known(account, account.id).model_copy(update=about)


def shares(results: Sequence[Saved]) -> dict[str, Any]:
    """The results as facts of a benchmark."""
    return {
        "decisive_spends": [round(one.decisive_usd / one.everything_usd, 3) for one in results],
        "same_of_top_100": [one.same_on_top for one in results],
    }
