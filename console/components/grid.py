"""The long table: rows are read as they are scrolled to, and news never moves them under a reader's eyes."""

from typing import Any

import dash_ag_grid as dag
from dash import html

from console.components.icon import icon

BLOCK = 100

_THEME = """themeQuartz.withParams({
    accentColor: 'var(--mantine-primary-color-filled)',
    backgroundColor: 'var(--lm-surface)',
    foregroundColor: 'var(--mantine-color-text)',
    textColor: 'var(--mantine-color-text)',
    borderColor: 'var(--lm-line)',
    headerBackgroundColor: 'var(--lm-sunken)',
    headerTextColor: 'var(--lm-muted)',
    headerFontWeight: 600,
    headerFontSize: '12px',
    rowHoverColor: 'var(--lm-hover)',
    oddRowBackgroundColor: 'var(--lm-surface)',
    wrapperBorder: false,
    wrapperBorderRadius: 0,
    columnBorder: false,
    headerColumnResizeHandleColor: 'transparent',
    fontFamily: 'inherit',
    fontSize: '13px',
    browserColorScheme: 'inherit'
})"""


def grid(columns: list[dict[str, Any]], *, label: str, what: str, row_height: int, parts: Any) -> html.Div:
    """A table of these columns, called `label`. `what` are its rows, in the plural."""
    table = dag.AgGrid(
        id="grid",
        columnDefs=columns,
        defaultColDef={
            "sortable": False,
            "suppressMovable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
        },
        rowModelType="infinite",
        getRowId="params.data.id",
        columnSize=None,
        eventListeners={"cellClicked": ["pickRow(params)"], "cellKeyDown": ["pickRow(params)"]},
        dashGridOptions={
            "theme": {"function": _THEME},
            "maxConcurrentDatasourceRequests": 1,
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 10,
            "infiniteInitialRowCount": 1,
            "cacheOverflowSize": 1,
            "rowHeight": row_height,
            "headerHeight": 36,
            "suppressNoRowsOverlay": True,
            "ensureDomOrder": True,
            "suppressColumnVirtualisation": True,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "animateRows": False,
        },
        className="grid",
        style={"height": "100%", "width": "100%"},
    )
    return html.Section(
        [
            html.Div(parts["empty"], id={"live": "empty"}, className="grid-empty"),
            table,
            html.Button(
                [icon("up"), html.Span("", id="pill-text")],
                id="pill",
                className="pill",
                hidden=True,
                **{"data-what": what},
            ),
        ],
        className="grid-frame",
        **{"aria-label": label},
    )


def download() -> html.A:
    """The way to all rows that the filters leave, as a file. Where to is said by the browser when it is pressed."""
    return html.A(
        [icon("down"), "CSV"], href="?", className="download", title="All rows that match, as a file"
    )


def live(name: str, parts: Any, **properties: Any) -> html.Div:
    """A place whose content is kept fresh."""
    return html.Div(parts[name], id={"live": name}, **properties)
