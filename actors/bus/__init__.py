"""Buses: one file for each carrier of events.

Lives here: what any bus promises (`base`), the bus that reads the log in PostgreSQL (`pglog`), and Kafka: the bus
(`kafka`, over `reader`, `fetching` and `lane`), the `publisher`, events as records (`cloudevents`), `topics`.
May import: `events`, `core`, `tenants`. May be imported by: the engine, and the commands.
"""
