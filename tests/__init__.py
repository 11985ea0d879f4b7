"""Tests: they mirror the house. A package itself, or `tests/serve` would hide our `serve`."""
