"""The grammar: what an agent is, what it may ask of the world, how its work may end.

Nothing here does I/O, not even indirectly. May import: `events`, the light half of `tenants`, and
`scoring_models.schema`. May be imported by: agents, providers, buses, engine, shell.
"""
