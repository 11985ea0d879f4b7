"""The editor of a profile: a form or YAML, each field with what is wrong with it, and what people call the fields."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components.buttons import area_field, button
from console.drafts import PERSONAS_IN_FORM, Draft, is_list
from tenants.icp import IdealCustomer, Persona

Component = Any
# what a field is called, where its name does not say it, and what a person should know of it
_LABELS = {
    "countries": ("Countries", "such as DE"),
    "industries": ("Industries", ""),
    "technologies": ("Technologies", "any is enough"),
    "keywords": ("Keywords", "for searches only"),
    "employees_min": ("Least employees", ""),
    "employees_max": ("Most employees", ""),
    "funding_usd_min": ("Least funding", "US dollars"),
    "funding_usd_max": ("Most funding", "US dollars"),
    "open_jobs_min": ("Least open jobs", ""),
    "founded_from": ("Founded from", "year"),
    "founded_to": ("Founded to", "year"),
    "excluded_domains": ("Excluded domains", ""),
    "excluded_names": ("Excluded names", "of companies"),
    "competitors": ("Competitors", "their domains"),
    "titles": ("Job titles", "words within them"),
    "seniorities": ("Seniorities", "such as vp, head"),
    "per_account": ("People at each company", "1 to 10"),
}


def editor(draft: Draft, seen: str) -> Component:
    """The draft, as a form or as YAML, with what is wrong at each field, and what can be done with it.

    `seen` is the profile that the mill went by when the editor was opened.
    """
    written = _as_yaml(draft) if draft.is_yaml else _as_form(draft)
    other = (
        button("Show as form", "show-form", seen=seen)
        if draft.is_yaml
        else button("Show as YAML", "show-yaml", seen=seen)
    )
    return html.Div(
        [
            _general_mistakes(draft),
            written,
            html.Div(
                [
                    button("Preview", "preview", seen=seen, drawing="search"),
                    button("Save \N{HORIZONTAL ELLIPSIS}", "ask-save", seen=seen, kind="main"),
                    html.Div(className="spread"),
                    other,
                ],
                className="buttons",
            ),
        ],
        className="profile-editor",
    )


def label_of(name: str) -> tuple[str, str]:
    """What people call a field, and what they should know of it. A field that nobody has named goes by its name."""
    return _LABELS.get(name, (name.replace("_", " ").capitalize(), ""))


def place_in_words(place: str) -> str:
    """What people call the field at this place of a profile."""
    kind, _, rest = place.partition(".")
    number, _, name = rest.rpartition(".")
    label = label_of(name or kind)[0]
    return f"Persona {int(number) + 1}: {label.lower()}" if number.isdigit() else label


def _as_form(draft: Draft) -> Component:
    personas = list(draft.document.get("personas", ()))
    excluding = [name for name in IdealCustomer.model_fields if name.startswith(("excluded", "competitors"))]
    wanting = [name for name in IdealCustomer.model_fields if name not in excluding]
    return html.Div(
        [
            _group(
                "Companies", "One on each line. What is left empty does not matter.", draft, "icp", wanting
            ),
            _group(
                "Left alone",
                "Whatever else speaks for them, these have the last word. Case and legal form of a name do not matter.",
                draft,
                "icp",
                excluding,
            ),
            *(_persona(draft, number, len(personas)) for number in range(len(personas))),
            html.Div(button("Another persona", "add-persona"), className="buttons")
            if len(personas) < PERSONAS_IN_FORM
            else None,
        ]
    )


def _persona(draft: Draft, number: int, count: int) -> Component:
    said = "The most wanted people." if number == 0 else "They count where nobody above is found."
    away = button("Leave this persona out", "drop-persona", on=number) if count > 1 else None
    return _group(
        f"Persona {number + 1}", said, draft, f"personas.{number}", list(Persona.model_fields), away
    )


def _group(
    title: str, said: str, draft: Draft, place: str, names: Sequence[str], more: Component = None
) -> Component:
    model = IdealCustomer if place == "icp" else Persona
    return html.Fieldset(
        [
            html.Legend(title),
            html.P(said, className="faint"),
            html.Div([_field(draft, model, place, name) for name in names], className="profile-fields"),
            more,
        ],
        className="profile-group",
    )


def _field(draft: Draft, model: type[IdealCustomer | Persona], place: str, name: str) -> Component:
    label, hint = label_of(name)
    at = f"{place}.{name}"
    given = {
        "id": {"field": at},
        "label": html.Span([label, html.Span(f" {hint}", className="faint") if hint else None]),
        "value": draft.text_of(at),
        "error": draft.mistakes.get(at),
        "size": "xs",
    }
    if is_list(model, name):
        return dmc.Textarea(**given, autosize=True, minRows=1, maxRows=8)
    return dmc.TextInput(**given, attributes={"input": {"inputMode": "decimal", "maxLength": 20}})


def _as_yaml(draft: Draft) -> Component:
    told = [html.Li([html.Strong(place), ": ", said]) for place, said in draft.mistakes.items() if place]
    return html.Div(
        [
            area_field("yaml", "The profile as a configuration file has it", value=draft.yaml, rows=16),
            html.Ul(told, className="mistakes", role="alert") if told else None,
        ]
    )


def _general_mistakes(draft: Draft) -> Component:
    """What is wrong with no field that is shown."""
    places = {"", "icp", "personas"}
    if not draft.is_yaml:
        places |= {place for place in draft.mistakes if place.count(".") == 0}
    told = [said for place, said in draft.mistakes.items() if place in places]
    return html.P(" ".join(told), className="objection", role="alert") if told else None
