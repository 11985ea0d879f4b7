"""The works, without Ray: events in, runs, outcomes, commits, events out.

Lives here: intake (one agent on one lane), the real context, the only code that asks providers and sends effects
out, and wiring, the one file that knows every part.
May import: everything in `actors` but the shell, `tenants`, `scoring_models`. May be imported by: the shell
and the command line.
"""
