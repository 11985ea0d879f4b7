"""First floor: how a lead is judged.

Lives here: what a lead and a score look like, the features, the estimator, its explanation, intent and
tiers, and the life of a model: data set, training, measures, file, registry; in `tables`, models of any export.
May import: `tenants`. May be imported by: `actors`, `serve` and the command line. Agents read `schema`,
`standing` and `intent` only, which reach no array library until a tenant has bounds of its own.
"""
