"""What has grown large, printed for a person to judge: files over 300 lines, functions over 50."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("actors", "console", "scoring_models", "serve", "tenants")


def large() -> list[str]:
    """A line for each file and function that is larger than it should be."""
    found = []
    for path in [
        ROOT / "leadmill.py",
        *(file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))),
    ]:
        source = path.read_text()
        name = path.relative_to(ROOT).as_posix()
        if (lines := source.count("\n")) > 300:
            found.append(f"{name}: {lines} lines")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > 50:
                    found.append(f"{name}: {node.name} has {size} lines")
    return found


if __name__ == "__main__":
    for line in large():
        print(line)
