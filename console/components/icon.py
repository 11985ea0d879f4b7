"""Icons: small drawings from our own style sheet, beside a word that says the same."""

from dash import html


def icon(name: str, *, className: str = "") -> html.Span:  # noqa: N803  Dash's own word
    """The drawing with this name. Screen readers pass over it: the word beside it is what counts."""
    classes = f"icon icon-{name.replace('_', '-')} {className}".strip()
    return html.Span(className=classes, **{"aria-hidden": "true"})
