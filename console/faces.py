"""Faces of agents and of providers: what people call each kind of work, and each outside company."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class AgentFace:
    """An agent as people see it. `topic` is what it reads; without it, what waits is unknown.

    With `needs` only a tenant that is connected to one of these providers can have it.
    """

    name: str
    title: str
    description: str = ""
    topic: str = ""
    needs: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ProviderFace:
    """A provider as people see it: what it may fill in, what it answers and what of that costs a credit.

    `questions` are by their names, `billed` those of them that cost. Of `limits`, each so many calls within so many
    seconds, all hold at once, where a tenant does not say otherwise.
    """

    name: str
    title: str
    base_url: str = ""
    needs_key: bool = False
    credit_price_usd: float = 0.0
    fields: Collection[str] = ()
    questions: Collection[str] = ()
    billed: Collection[str] = ()
    limits: Collection[tuple[int, float]] = ()


FaceT = TypeVar("FaceT", AgentFace, ProviderFace)


def unlisted(name: str) -> AgentFace:
    """The face of an agent that nobody described."""
    return AgentFace(name, name.replace("_", " ").capitalize())


def read_faces(text: str) -> tuple[AgentFace, ...]:
    """The faces in a JSON list of objects with `name`, `title`, `description`, `topic` and `needs`.

    Raises ValueError where it is not that.
    """
    return _read(text, AgentFace)


def read_providers(text: str) -> tuple[ProviderFace, ...]:
    """The providers in a JSON list of objects with the fields of a ProviderFace.

    Raises ValueError where it is not that.
    """
    return _read(text, ProviderFace)


def _read(text: str, kind: type[FaceT]) -> tuple[FaceT, ...]:
    faces: Any = json.loads(text)
    if not isinstance(faces, list) or not all(isinstance(face, dict) for face in faces):
        raise ValueError("a JSON list of objects is wanted")
    try:
        return tuple(kind(**face) for face in faces)
    except TypeError as error:
        raise ValueError(str(error)) from None


def title_of(name: str, faces: Sequence[AgentFace]) -> str:
    """What people call the agent with this name."""
    return next((face.title for face in faces if face.name == name), unlisted(name).title)
