"""Buses: one file for each carrier of events.

Lives here: what any bus promises (`base`), and the bus that reads the log in PostgreSQL (`pglog`).
May import: `events`, `core`, `tenants`. May be imported by: the engine.
"""
