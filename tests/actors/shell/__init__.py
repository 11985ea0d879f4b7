"""Tests of the shell that need no Ray; those that do are in tests/shell."""
