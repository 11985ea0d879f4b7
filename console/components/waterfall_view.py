"""What the Integrations page shows of the waterfall: who is asked for what, how each did, and another order."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from console.components import words
from console.components.buttons import button
from console.faces import ProviderFace
from console.integrations import ENRICH, QUESTIONS, Integration
from console.waterfalls import Track, Waterfall, fields_wanted
from tenants.store.calls import Experience

Component = Any
SEGMENTS_SHOWN = 12


def order_view(one: Waterfall, those: Mapping[str, Integration]) -> Component:
    """The order, whose it is, and a line for each field with those who may know it."""
    if not one.order:
        return html.P("No provider is connected that fills in anything.", className="faint")
    on = ",".join(one.order)
    if one.config.learns_order:
        said = (
            "For companies the engine decides who is asked first, anew for each: what costs least by what was found so "
            "far in companies of the same country and size. For people and addresses this order counts: "
        )
    else:
        said = "This order counts for everything; who knows nothing of a field is passed over: "
    titles = [those[name].face.title for name in one.order]
    return html.Div(
        [
            html.P([said, html.Strong(" → ".join(titles))]),
            html.Div(
                [
                    button("Change the order …", "ask-order", on=on, seen=str(one.version)),
                    None
                    if one.config.learns_order
                    else button("Leave it to the engine", "learn-order", on=on, seen=str(one.version)),
                ],
                className="buttons",
            ),
            _fields(one, those),
            *_learned(one, those),
        ],
        className="detail",
    )


def _fields(one: Waterfall, those: Mapping[str, Integration]) -> Component:
    rows = [
        (field.replace("_", " ").capitalize(), _knowing(one, those, field))
        for field in fields_wanted(one.config)
    ]
    rows += [(title.capitalize(), _answering(one, those, question)) for question, title in QUESTIONS.items()]
    heads = ("What is wanted", "Asked for nothing, at once", "Bought, one after the other")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr([html.Th(title, scope="row"), html.Td(free), html.Td(paid)])
                    for title, (free, paid) in rows
                    if free or paid
                ]
            ),
        ],
        className="diff waterfall",
    )


def _knowing(
    one: Waterfall, those: Mapping[str, Integration], field: str
) -> tuple[Sequence[Component], Sequence[Component]]:
    """Who may know a field of a company: for nothing, and for money, with how often it came from each."""
    free, paid = [], []
    for name in one.order:
        face = those[name].face
        if field not in face.fields or ENRICH not in face.questions:
            continue
        if ENRICH in face.billed:
            track = one.tracks.get(name)
            paid.append(_chip(face.title, track.share(field) if track else None, track))
        else:
            free.append(html.Span(face.title, className="chip"))
    return free, paid


def _answering(
    one: Waterfall, those: Mapping[str, Integration], question: str
) -> tuple[Sequence[Component], Sequence[Component]]:
    """Who answers a question about people or addresses, with how many of the newest billed ones were hits."""
    free, paid = [], []
    for name in one.order:
        face = those[name].face
        if question not in face.questions:
            continue
        row = one.kinds.get((name, question))
        track = Track(row["calls"], row["hits"], row["cost"], {}) if row is not None else None
        if question in face.billed:
            paid.append(_chip(face.title, track.hits / track.asked if track else None, track))
        else:
            free.append(html.Span(face.title, className="chip"))
    return free, paid


def _chip(title: str, share: float | None, track: Track | None) -> Component:
    if share is None or track is None:
        return html.Span([title, html.Span(" not asked yet", className="faint")], className="chip")
    price = f", {words.dollars(track.cost_of_hit)} a hit" if track.cost_of_hit is not None else ""
    return html.Span(
        [title, html.Span(f" {words.percent(share)} of {track.asked:,}{price}", className="faint")],
        className="chip",
    )


def _learned(one: Waterfall, those: Mapping[str, Integration]) -> list[Component]:
    """What was found so far, by segment of companies: the most frequent ones."""
    asked: dict[str, int] = {}
    for row in one.segments:
        asked[row.segment] = asked.get(row.segment, 0) + row.asked
    if not asked:
        return [
            html.P(
                "Nothing was learned yet: no company was enriched by a provider that costs.",
                className="faint",
            )
        ]
    shown = sorted(asked, key=lambda segment: (-asked[segment], segment))[:SEGMENTS_SHOWN]
    heads = ("Country and size", "Provider", "Asked", "Knew it", "A hit costs")
    rows = sorted(
        (row for row in one.segments if row.segment in shown), key=lambda row: shown.index(row.segment)
    )
    return [
        html.H3("What was learned so far"),
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_segment(row, those) for row in rows]),
            ],
            className="diff",
        ),
    ]


def _segment(row: Experience, those: Mapping[str, Integration]) -> html.Tr:
    title = those[row.provider].face.title if row.provider in those else row.provider
    cost = words.dollars(row.spent_usd / row.hits) if row.hits else "\N{EN DASH}"
    return html.Tr(
        [
            html.Td(_named(row.segment)),
            html.Td(title),
            html.Td(f"{row.asked:,}", className="figure"),
            html.Td(words.percent(row.hits / row.asked), className="figure"),
            html.Td(cost, className="figure"),
        ]
    )


def _named(segment: str) -> str:
    """A segment in words: the country, and how large companies are there, as far as that was known."""
    country, _, size = segment.partition("/")
    known = (country if country != "?" else "country unknown", size if size != "?" else "size unknown")
    return ", ".join(known)


def editor(
    order: Sequence[str],
    one: Waterfall,
    those: Mapping[str, Integration],
    *,
    moved: str = "",
    up: bool = True,
) -> Component:
    """An order as a list whose lines are moved by buttons; nothing counts until it is saved.

    The button that was just pressed gets the focus again, wherever it went.
    """
    last = len(order) - 1
    lines = []
    for place, name in enumerate(order):
        title = those[name].face.title
        goes_up = place == last or (
            up and place > 0
        )  # at an end of the list the button is gone that led there
        lines.append(
            html.Li(
                [
                    html.Span(f"{place + 1}. {title}", className="order-name"),
                    html.Span(_record(one, name, those[name].face), className="faint"),
                    _move(order, place, place - 1, title, one.version, has_focus=goes_up and name == moved)
                    if place
                    else None,
                    _move(
                        order, place, place + 1, title, one.version, has_focus=not goes_up and name == moved
                    )
                    if place < last
                    else None,
                ]
            )
        )
    return html.Div(
        [
            html.P(
                "Who stands first is asked first. It counts for companies as well from when it is saved on."
            ),
            html.Ol(lines, className="order"),
            html.Div(
                button(
                    "Save this order", "set-order", on=",".join(order), seen=str(one.version), kind="main"
                ),
                className="actions",
            ),
        ],
        className="detail",
    )


def _record(one: Waterfall, name: str, face: ProviderFace) -> str:
    if not face.billed:
        return "costs nothing, and is asked at once with all others that do not"
    track = one.tracks.get(name)
    if track is None or not track.asked:
        return "no company bought there yet"
    price = f", {words.dollars(track.cost_of_hit)} a hit" if track.cost_of_hit is not None else ""
    return f"knew {words.percent(track.hits / track.asked)} of {track.asked:,} companies{price}"


def _move(
    order: Sequence[str], place: int, to: int, title: str, version: int, *, has_focus: bool
) -> html.Button:
    changed = list(order)
    changed[place], changed[to] = changed[to], changed[place]
    is_up = to < place
    word = "up" if is_up else "down"
    return html.Button(
        [html.Span("\N{UPWARDS ARROW}" if is_up else "\N{DOWNWARDS ARROW}", **{"aria-hidden": "true"})],
        id={"do": "ask-order", "on": ",".join(changed), "seen": f"{version} {word} {order[place]}"},
        type="button",
        className="button",
        title=f"Move {title} {word}",
        **{
            "aria-label": f"Move {title} {word}",
            "data-do": "ask-order",
            **({"data-focus": ""} if has_focus else {}),
        },
    )
