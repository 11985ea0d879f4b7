"""The store: everything that speaks SQL, and the only commit.

Lives here: sessions (each sealed to one tenant, or openly the system's), migrations, row-level security,
the embedded PostgreSQL, and one file for each noun.
May import: the rest of `tenants`. May be imported by: every room but agents, events and the grammar.
"""
