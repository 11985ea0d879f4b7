"""Resolvers of names that know what a test has told them."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult


class Resolving(AbstractResolver):
    """It gives these addresses, whatever is asked for."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All of them."""
        return [_result(host, port, one) for one in self._addresses]

    async def close(self) -> None:
        """Nothing to do."""


class Rebinding(AbstractResolver):
    """It gives another address each time, and the last one from then on."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The next one."""
        self.asked.append(host)
        address = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        return [_result(host, port, address)]

    async def close(self) -> None:
        """Nothing to do."""


class Names(AbstractResolver):
    """It knows these names, and gives every other one the address `elsewhere`."""

    def __init__(self, names: dict[str, list[str]], elsewhere: str) -> None:
        self._names = names
        self._elsewhere = [elsewhere]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name."""
        return [_result(host, port, one) for one in self._names.get(host, self._elsewhere)]

    async def close(self) -> None:
        """Nothing to do."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
