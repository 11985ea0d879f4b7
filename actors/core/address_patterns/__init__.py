"""Which address a person at a company has: how names are written, how companies build addresses, and how sure we are.

Lives here: the pure part, from a name and what is known of a domain to candidates with a probability each. Nothing
here verifies: on a domain that accepts everything a candidate stays a guess, however likely it is.
May import: `tenants` and the rest of `actors.core`. May be imported by: agents, the engine and commands.
"""
