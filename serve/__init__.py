"""Top floor: where models answer.

Lives here: the Ray Serve deployment that judges leads in batches, and how it is deployed.
May import: `scoring_models`, `tenants`, and Ray. May be imported by: the command line.
"""
