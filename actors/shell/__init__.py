"""The only rooms of `actors` that know Ray: desks, the supervisor, the way to the scoring service.

Lives here: thin shells around the engine's plain classes, with names and options in `cluster`.
May import: everything in `actors`, `tenants`, `scoring_models`, Ray. May be imported by: the command line.
"""
