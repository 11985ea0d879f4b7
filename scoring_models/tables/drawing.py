"""Drawings of a report, as SVG: curves and bars on one small square. Nothing is loaded from anywhere."""

from collections.abc import Sequence
from html import escape

_SIZE, _LEFT, _BELOW, _ABOVE = 300, 44, 36, 12
_COLOURS = ("#1f6f8b", "#c8553d", "#8a8f98")


def curves(
    title: str,
    across: str,
    up: str,
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    *,
    dots: bool = False,
) -> str:
    """Lines through points from 0 to 1 in both directions, with their names; the first one is ours."""
    parts = [_frame(title, across, up)]
    for number, (name, points) in enumerate(lines):
        colour = _COLOURS[min(number, len(_COLOURS) - 1)]
        path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
        dashed = ' stroke-dasharray="4 4"' if number == len(lines) - 1 and number > 0 else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        if dots and number == 0:
            parts += [
                f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in points
            ]
        parts.append(
            f'<text x="{_LEFT + 8}" y="{_ABOVE + 14 + 15 * number}" fill="{colour}">{escape(name)}</text>'
        )
    return _drawn(title, parts)


def bars(title: str, across: str, up: str, pairs: Sequence[tuple[int, int]], names: tuple[str, str]) -> str:
    """Two bars for each of equal steps from 0 to 1, scaled to the highest."""
    highest = max((max(pair) for pair in pairs), default=1) or 1
    step = 1 / len(pairs)
    parts = [_frame(title, across, up, top=f"{highest:,}")]
    for at, pair in enumerate(pairs):
        for side, count in enumerate(pair):
            x, height = _x(step * (at + 0.1 + 0.4 * side)), _SIZE * count / highest
            parts.append(
                f'<rect x="{x:.1f}" y="{_y(0) - height:.1f}" width="{_SIZE * step * 0.38:.1f}" '
                f'height="{height:.1f}" fill="{_COLOURS[2 * side]}"/>'
            )
    for side, name in enumerate(names):
        parts.append(
            f'<text x="{_LEFT + _SIZE - 8}" y="{_ABOVE + 14 + 15 * side}" text-anchor="end" '
            f'fill="{_COLOURS[2 * side]}">{escape(name)}</text>'
        )
    return _drawn(title, parts)


def _drawn(title: str, parts: Sequence[str]) -> str:
    width, height = _SIZE + _LEFT + 12, _SIZE + _BELOW + _ABOVE
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _frame(title: str, across: str, up: str, top: str = "100 %") -> str:
    middle = _ABOVE + _SIZE / 2
    return (
        f"<title>{escape(title)}</title>"
        f'<rect x="{_LEFT}" y="{_ABOVE}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#c9ccd1"/>'
        f'<text x="{_LEFT}" y="{_ABOVE + _SIZE + 14}" class="quiet">0</text>'
        f'<text x="{_LEFT + _SIZE}" y="{_ABOVE + _SIZE + 14}" text-anchor="end" class="quiet">100 %</text>'
        f'<text x="{_LEFT - 6}" y="{_ABOVE + 10}" text-anchor="end" class="quiet">{escape(top)}</text>'
        f'<text x="{_LEFT + _SIZE / 2}" y="{_ABOVE + _SIZE + 28}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(up)}</text>'
    )


def _x(share: float) -> float:
    return _LEFT + _SIZE * share


def _y(share: float) -> float:
    return _ABOVE + _SIZE * (1 - share)
