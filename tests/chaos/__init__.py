"""Real faults on real processes, and one checker of what must hold afterwards.

What lives here: the `ground` that scenarios share (a PostgreSQL and a simulated world), the `trial` that each
scenario has for itself (a database, tenants, a `proxy` before its PostgreSQL, a `load` that never lets up, and
`worker` processes from a `nursery` that it may kill, stop and continue), a `carriage` for those over a Kafka,
`failpoints` at which a worker from a `nest` dies while a `variety` of rare things happens, `mutations` and `guises`
of workers, a `cluster` with the real scoring service on a Ray of its own (which can be `slowed`, and asked by a
`crowd`), the `answers` that it gave and whether the `scores` are its own, the `invariants` that are evaluated after
every scenario, and the `scenarios`, one file for each family. `python -m tests.chaos` runs them and prints a table;
`test_chaos` runs the quickest of them with all other tests.

A scenario is timed only in the table, never in a test: how fast a machine is says nothing of the code.
"""
