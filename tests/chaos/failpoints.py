"""Points at which a process may die, made from the code itself: before and after each step of the engine.

A step is an `await` that leads out of its module: a statement, a question to a provider, an agent's work. What a
module awaits of its own has steps inside, and plain waiting is none. The end of a transaction is one, too.

`install` puts them into the listed modules while they are imported, in this process only: no module of ours has
a hook, a switch or an import for it. `names` reads them from the same sources by the same way, so that a step
that somebody adds is a point without anybody's doing.
"""

import ast
import importlib.machinery
import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")

RELAY = "actors.engine.relay"
#: everything between an event that is read and a transaction that is committed, and what publishes it
MODULES = (
    "actors.engine.asking",
    "actors.engine.astray",
    "actors.engine.circuits",
    "actors.engine.committing",
    "actors.engine.deciding",
    "actors.engine.enriching",
    "actors.engine.hand",
    "actors.engine.intake",
    "actors.engine.outward",
    "actors.engine.paying",
    RELAY,
    "actors.engine.runner",
    "actors.engine.station",
)
#: the status of a process that died at one of its points
DIED = 137
# Transactions that end with a COMMIT; a glance has none.
_TRANSACTIONS = frozenset({"tenant", "system"})
_ROOT = Path(__file__).parents[2]
_SPY = "from tests.chaos.failpoints import Transaction as __transaction__, step as __step__"


class _Points(ast.NodeTransformer):
    """A module with a point before and after each step, and before and after each COMMIT."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.names: list[str] = []
        self._own = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
        self._path = [module.rpartition(".")[2]]
        self._met: Counter[str] = Counter()

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._within(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._within(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._within(node)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        call = node.value
        what = ast.unparse(call.func if isinstance(call, ast.Call) else call)
        self.generic_visit(node)
        if what.removeprefix("self.") not in self._own and not what.startswith("asyncio."):
            node.value = self._wrapped("__step__", what, node.value)
        return node

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        for item in node.items:
            call = item.context_expr
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in _TRANSACTIONS
            ):
                item.context_expr = self._wrapped("__transaction__", "COMMIT", call)
        self.generic_visit(node)
        return node

    def _within(self, node: Any) -> ast.AST:
        self._path.append(node.name)
        self.generic_visit(node)
        self._path.pop()
        return node

    def _wrapped(self, by: str, what: str, inner: ast.expr) -> ast.expr:
        place = ".".join(self._path)
        self._met[f"{place} {what}"] += 1
        number = self._met[f"{place} {what}"]
        name = f"{what} #{number}" if number > 1 else what
        before, after = f"{place}: before {name}", f"{place}: after {name}"
        self.names += before, after
        arguments = [ast.Constant(before), ast.Constant(after), inner]
        return ast.Call(ast.Name(by, ast.Load()), arguments, [])


def names(modules: Sequence[str] = tuple(one for one in MODULES if one != RELAY)) -> list[str]:
    """Every point of these modules, as their sources have them now; by default of those that a worker passes."""
    found = []
    for module in modules:
        tree = ast.parse((_ROOT / f"{module.replace('.', '/')}.py").read_text())
        points = _Points(module, tree)
        points.visit(tree)
        found += points.names
    return found


class _Loader(importlib.machinery.SourceFileLoader):
    """A module that is compiled with its points, and never from or into a cache."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path))
        _Points(fullname, tree).visit(tree)
        tree.body[1:1] = ast.parse(_SPY).body  # behind the docstring
        code: CodeType = compile(ast.fix_missing_locations(tree), path, "exec")
        return code


class _Finder:
    """The way to the listed modules."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in MODULES:
            return None
        file = str(_ROOT / f"{fullname.replace('.', '/')}.py")
        return importlib.util.spec_from_file_location(fullname, file, loader=_Loader(fullname, file))


def install() -> None:
    """From now on the listed modules are imported with their points."""
    imported = [module for module in MODULES if module in sys.modules]
    if imported:
        raise RuntimeError(f"too late: {', '.join(imported)} are imported already")
    sys.meta_path.insert(0, _Finder)  # type: ignore[arg-type]


class _Death:
    """Which points this process dies at, once it has passed so many of them."""

    at: Collection[str] = frozenset()
    passes_first = 0
    tell: Callable[[str], None] = staticmethod(lambda _: None)


def die_at(points: Collection[str], tell: Callable[[str], None], *, passes_first: int = 0) -> None:
    """The process dies at the first of these points that it comes to, having told its name.

    `passes_first` of them it still survives.
    """
    _Death.at, _Death.tell, _Death.passes_first = frozenset(points), staticmethod(tell), passes_first


def _point(name: str) -> None:
    if name not in _Death.at:
        return
    if _Death.passes_first > 0:
        _Death.passes_first -= 1
        return
    _Death.tell(name)
    os._exit(DIED)


async def step(before: str, after: str, what: Awaitable[ValueT]) -> ValueT:
    """The value that was awaited, with a point on each side."""
    _point(before)
    value = await what
    _point(after)
    return value


class Transaction:
    """A transaction with a point on each side of its COMMIT."""

    def __init__(self, before: str, after: str, inner: AbstractAsyncContextManager[Any]) -> None:
        self._before, self._after, self._inner = before, after, inner

    async def __aenter__(self) -> Any:
        return await self._inner.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if kind is None:
            _point(self._before)
        suppressed = await self._inner.__aexit__(kind, error, trace)
        if kind is None:
            _point(self._after)
        return suppressed
