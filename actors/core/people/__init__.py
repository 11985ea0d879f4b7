"""The right person: what a title says, who of a staff is wanted most, and whether two names are one person's.

Lives here: the pure part. Whom providers know is asked elsewhere; here is what their answers mean together.
May import: `tenants` and the rest of `actors.core`. May be imported by: agents, the engine and commands.
"""
