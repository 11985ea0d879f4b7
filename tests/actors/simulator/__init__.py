"""Tests of the outside world: real HTTP and DNS on loopback."""
