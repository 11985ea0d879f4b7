"""Tests of the shell that need no Ray; those that do are in tests/shell."""

import asyncpg


async def run(address: str, *statements: str) -> None:
    """Statements as the superuser."""
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
