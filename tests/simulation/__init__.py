"""The deterministic simulation: the real engine over a store in memory, on one thread, in time that is made up.

Lives here: the scheduler, the store's model, the world with its faults, and what must hold after each seed.
May import: everything. May be imported by: nobody.
"""
