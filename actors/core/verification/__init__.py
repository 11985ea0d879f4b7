"""Whether an address takes mail: what can be told from its letters, its domain, and what mail servers reply.

Lives here: the pure part. What is asked of name servers, mail servers and vendors is asked elsewhere; here is what
their answers mean, and the verdict that follows from all of them.
May import: `tenants` and the rest of `actors.core`. May be imported by: agents, providers, the engine and commands.
"""
