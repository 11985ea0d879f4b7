"""A profile while somebody writes it: as fields of a form or as YAML, and what is wrong with it in words.

Both say the same document, whether it is right yet or not, so that one can be shown as the other and nothing is lost.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from console.faults import BadRequest
from tenants.icp import IdealCustomer, Persona
from tenants.profiles import Profile, document_of, fields_of, profile_hash

PERSONAS_IN_FORM = 8
TEXT_LIMIT = 50_000
_LARGEST = 2**31 - 1
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_WORDS = {
    "int_parsing": "A whole number is wanted.",
    "int_type": "A whole number is wanted.",
    "int_from_float": "A whole number is wanted.",
    "float_parsing": "A number is wanted.",
    "float_type": "A number is wanted.",
    "finite_number": "A number is wanted.",
    "greater_than_equal": "It must be {ge:g} or more.",
    "less_than_equal": "It must be {le:g} or less.",
    "extra_forbidden": "There is no such field.",
    "tuple_type": "A list is wanted.",
    "string_type": "A text is wanted; in quotes, where YAML reads something else (a bare NO is false).",
    "model_type": "Fields with values are wanted.",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has written: the document, the profile that it makes, and else what is wrong at which field.

    What is wrong with no field of its own stands under the empty name. `text` is the YAML as it was typed.
    """

    document: Mapping[str, Any]
    profile: Profile | None
    mistakes: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any], *, text: str | None = None) -> "Draft":
        """The draft that says this."""
        try:
            profile = Profile.model_validate(document)
        except ValidationError as error:
            return cls(document, None, _told(error), text)
        mistakes = _impossible(profile)
        if mistakes:
            return cls(document, None, mistakes, text)
        return cls(document_of(profile), profile, {}, text)

    @property
    def is_yaml(self) -> bool:
        """Whether it is written as YAML."""
        return self.text is not None

    @property
    def hash(self) -> str:
        """What the draft says, as one word; empty where it makes no profile."""
        return profile_hash(self.document) if self.profile is not None else ""

    @property
    def yaml(self) -> str:
        """The draft as YAML: as it was typed, else as a file would say it."""
        if self.text is not None:
            return self.text
        return str(yaml.safe_dump(dict(self.document), sort_keys=False, allow_unicode=True, width=100))

    @property
    def fits_form(self) -> bool:
        """Whether the form has a place for all that it says."""
        return self.text is None or (
            _is_shaped(self.document) and len(self.document.get("personas") or ()) <= PERSONAS_IN_FORM
        )

    def text_of(self, place: str) -> str:
        """What stands in a field of the form: a line for each text of a list."""
        value = fields_of(self.document).get(place)
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else _plain(value)


def is_list(model: type[IdealCustomer | Persona], name: str) -> bool:
    """Whether a field of the profile is a list of texts; else it is a number."""
    return str(model.model_fields[name].annotation).startswith("tuple")


def draft_of(fields: Mapping[str, Any]) -> Draft:
    """What stands in the editor: the YAML, where that is what is shown, else the form.

    Raises BadRequest for what no editor of ours sends.
    """
    text = fields.get("yaml")
    if isinstance(text, str):
        return _read(text)
    return Draft.of(
        {
            "icp": _fields(fields, "icp", IdealCustomer),
            "personas": [_fields(fields, f"personas.{number}", Persona) for number in _numbers(fields)],
        }
    )


def _read(text: str) -> Draft:
    if len(text) > TEXT_LIMIT:
        raise BadRequest(f"That is too long: {len(text):,} letters of {TEXT_LIMIT:,} at most.")
    try:
        document = yaml.safe_load(text)
    # ValueError: a date that there is not; RecursionError: one list within another, without end
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Draft({}, None, {"": f"That is no YAML: {' '.join(str(error).split())[:300]}"}, text)
    if document is None:
        document = {}
    if not isinstance(document, dict):
        return Draft({}, None, {"": "Fields are wanted: icp and personas."}, text)
    document = {str(name): value for name, value in document.items() if value is not None}
    return Draft.of(document, text=text)


def _fields(fields: Mapping[str, Any], place: str, model: type[IdealCustomer | Persona]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in model.model_fields:
        written = fields.get(f"{place}.{name}")
        written = "" if written is None else str(written)[:TEXT_LIMIT]
        if is_list(model, name):
            value: Any = [line.strip() for line in written.splitlines() if line.strip()]
        else:
            value = _number(written.strip())
        if value not in ("", []):
            said[name] = value
    return said


def _number(text: str) -> Any:
    """The number that a text is; else the text, so that what is wrong with it is told at its field."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _numbers(fields: Mapping[str, Any]) -> list[int]:
    told = {name.split(".")[1] for name in fields if name.startswith("personas.")}
    if not all(number.isascii() and number.isdigit() and len(number) < 4 for number in told):
        raise BadRequest("There are no such fields.")
    return sorted(map(int, told))


def _is_shaped(document: Mapping[str, Any]) -> bool:
    """Whether the document is made as a profile is, so that a form can show it, wrong values and all."""
    personas, icp = document.get("personas", []), document.get("icp", {})
    if document.keys() - {"icp", "personas"} or not isinstance(personas, list):
        return False
    return _has_fields(icp, IdealCustomer) and all(_has_fields(one, Persona) for one in personas)


def _has_fields(said: Any, model: type[IdealCustomer | Persona]) -> bool:
    if not isinstance(said, dict) or said.keys() - model.model_fields.keys():
        return False
    return all(isinstance(value, list) == is_list(model, name) for name, value in said.items() if value)


def _impossible(profile: Profile) -> dict[str, str]:
    """What no company can be, though such profiles may be stored already, and what can't be stored at all."""
    for place, value in fields_of(document_of(profile)).items():
        if isinstance(value, int) and value > _LARGEST:
            return {place: "That is more than any company has."}
        if isinstance(value, list) and any(map(_UNSTORABLE.search, value)):
            return {place: "There is a sign in it that can't be kept."}
    least, most = profile.icp.employees_min, profile.icp.employees_max
    if least is not None and most is not None and least > most:
        return {"icp.employees_min": "It is above the most employees: no company can match."}
    return {}


def _told(error: ValidationError) -> dict[str, str]:
    told: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_input=False):
        place, said = _place(fault["loc"]), _in_words(fault)
        first, _, rest = said.partition(" ")
        if place == "icp" and first in IdealCustomer.model_fields:
            place, said = f"icp.{first}", f"It {rest}"  # a rule about two fields stands at the first one
        if said not in told.setdefault(place, []):
            told[place].append(said)
    return {place: " ".join(some) for place, some in told.items()}


def _place(loc: tuple[int | str, ...]) -> str:
    """The field that is meant: not which of its lines."""
    deep = 3 if loc and loc[0] == "personas" else 2
    return ".".join(map(str, loc[:deep]))


def _in_words(fault: ErrorDetails) -> str:
    words = _WORDS.get(fault["type"])
    if words is None:
        return f"{fault['msg'].removeprefix('Value error, ')}."
    return words.format(**fault.get("ctx", {}))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
