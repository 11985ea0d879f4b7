"""Faces of agents: what people call each kind of work."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass


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


def unlisted(name: str) -> AgentFace:
    """The face of an agent that nobody described."""
    return AgentFace(name, name.replace("_", " ").capitalize())


def read_faces(text: str) -> tuple[AgentFace, ...]:
    """The faces in a JSON list of objects with `name`, `title`, `description`, `topic` and `needs`.

    Raises ValueError where it is not that.
    """
    faces = json.loads(text)
    if not isinstance(faces, list) or not all(isinstance(face, dict) for face in faces):
        raise ValueError("a JSON list of objects is wanted")
    try:
        return tuple(AgentFace(**face) for face in faces)
    except TypeError as error:
        raise ValueError(str(error)) from None


def title_of(name: str, faces: Sequence[AgentFace]) -> str:
    """What people call the agent with this name."""
    return next((face.title for face in faces if face.name == name), unlisted(name).title)
