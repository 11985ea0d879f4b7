"""Top floor: where models answer.

Lives here: the Ray Serve deployment that judges leads in batches, for desks by handle and for programs over HTTP,
and how it is deployed. The API itself (`api`, `judge` and what they need) knows nothing of Ray.
May import: `scoring_models`, `tenants`, and Ray. May be imported by: the command line.
"""
