"""Top floor: what moves a lead along.

Lives here: the words (events), the grammar (core), one file for each agent, provider and bus, the works
(engine), the rooms that know Ray (shell), and a simulator of the outside world.
May import: `tenants`, `scoring_models`. May be imported by: the command line only.
"""
