"""Whether leads have the scores that the models give which they name."""

from collections import defaultdict

from actors.core.judging import request_for
from actors.core.value import happenings
from scoring_models.scorer import Scorer
from tenants.store import leads, signals
from tests.chaos.trial import Trial


async def misnamed(trial: Trial, scorer: Scorer) -> int:
    """How many leads have another score than the model gives that they name."""
    wrong = 0
    for tenant in trial.tenants:
        async with trial.database.tenant(tenant.id) as session:
            rows = await session.rows(
                "SELECT id, account_id, contact_id, score, model FROM lead WHERE score IS NOT NULL"
            )
            accounts = await leads.accounts(session, [row["account_id"] for row in rows])
            contacts = await leads.contacts(session, [row["contact_id"] for row in rows])
            happened = await signals.of_accounts(session, list(accounts))
        asked = defaultdict(list)
        for row in rows:
            account, contact = accounts[row["account_id"]], contacts[row["contact_id"]]
            known = happenings(happened.get(account.id, ()), trial.database.now().date())
            asked[row["model"]].append((row["score"], request_for(row["id"], account, contact, known)))
        for model, pairs in asked.items():
            scores = scorer.score_many(model, [request for _, request in pairs])
            wrong += sum(score.score != given for score, (given, _) in zip(scores, pairs, strict=True))
    return wrong
