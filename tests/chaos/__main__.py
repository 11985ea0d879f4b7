"""The scenarios, one after another, and their table: python -m tests.chaos [NAME…], with --help for the rest."""

import argparse
import asyncio
import sys

from tests.chaos.ground import prepared
from tests.chaos.scenarios import all_scenarios
from tests.chaos.trial import LEAST_RATIO, WINDOW_S, Row, perform

_HEAD = ("#", "scenario", "kills", "leads", "lost", "doubled", "extra billed", "recovery", "seconds", "")


def _say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    return (
        str(row.number), row.name, str(row.kills), str(row.leads), str(row.lost), str(row.doubled),
        str(row.extra_billed), ratio, f"{row.seconds:.0f}", _verdict(row),
    )  # fmt: skip


def _verdict(row: Row) -> str:
    if row.skipped is not None:
        return f"skipped: {row.skipped}"
    return "FAILED" if row.violations else "ok"


def _table(rows: list[Row]) -> None:
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    for line in lines:
        cells = [
            cell.ljust(width) if column == 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        _say("  ".join(cells).rstrip())


def main() -> int:
    """How many scenarios failed, as far as an exit status goes."""
    known = all_scenarios()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="one or more of --list; absent: all")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same (default: 1)")
    parser.add_argument("--brief", action="store_true", help="few and short faults, no speeds")
    parser.add_argument(
        "--windows",
        type=float,
        default=WINDOW_S,
        metavar="SECONDS",
        help="how long a speed is measured (default: 40)",
    )
    parser.add_argument("--list", action="store_true", help="the names, and nothing else")
    options = parser.parse_args()
    if options.list:
        for one in known.values():
            _say(f"{one.number:3}  {one.name:24} {(one.play.__doc__ or '').splitlines()[0]}")
        return 0
    if strangers := [name for name in options.names if name not in known]:
        parser.error(f"there is no scenario {', '.join(strangers)}; there are {', '.join(known)}")
    rows = []
    with prepared() as ground:
        for name in options.names or known:
            _say(f"{name}, seed {options.seed}")
            row = asyncio.run(
                perform(
                    ground, known[name], seed=options.seed, is_brief=options.brief, window_s=options.windows
                )
            )
            if row.ratio is not None and row.ratio < LEAST_RATIO:
                row.violations.append(f"criterion: after the fault {row.ratio:.2f} of the speed before it")
            if row.notes:
                _say(f"  {row.notes}")
            for sentence in row.violations:
                _say(f"  {sentence}")
            rows.append(row)
    _say()
    _table(rows)
    return min(sum(bool(row.violations) for row in rows), 100)


if __name__ == "__main__":
    sys.exit(main())
