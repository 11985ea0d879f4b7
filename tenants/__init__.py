"""Ground floor: whom the work belongs to.

Lives here: tenants and what they own (accounts, contacts, leads), what they look for, what they allow,
and `store`, the only place that speaks SQL.
May import: nothing of ours. May be imported by: every other room.
"""
