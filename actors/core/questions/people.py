"""Questions about people at companies."""

from typing import ClassVar

from pydantic import BaseModel

from actors.core.questions.base import Question, Value
from tenants.icp import Persona


class PersonFound(Value):
    """A person at a company, perhaps with a name that the provider shows only in part."""

    provider_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    seniority: str | None = None
    department: str | None = None
    country: str | None = None
    linkedin_url: str | None = None
    email: str | None = None
    email_status: str | None = None
    has_email: bool | None = None


class PeopleFound(Value):
    """The people that a search gave."""

    people: tuple[PersonFound, ...]


class FindPeople(Question[PeopleFound]):
    """Who at this company matches the persona?"""

    answer: ClassVar[type[BaseModel]] = PeopleFound
    domain: str
    persona: Persona


class RevealPerson(Question[PersonFound]):
    """Who is this person in full, and what is the address?"""

    answer: ClassVar[type[BaseModel]] = PersonFound
    domain: str
    provider_id: str | None
    first_name: str | None
    last_name: str | None
