"""What a customer of ours has in its CRM: some companies of the world and people there, and whose they are."""

from dataclasses import dataclass
from enum import StrEnum

from actors.simulator.chance import fraction, pick
from actors.simulator.company import Company
from actors.simulator.person import Person
from actors.simulator.world import World

_CUSTOMERS, _OPEN_DEALS, _LOST_DEALS = 0.03, 0.03, 0.02
_OPTED_OUT = 0.15
_PEOPLE_EACH = 3


class Standing(StrEnum):
    """What a company is to the customer."""

    CUSTOMER = "customer"
    OPEN_DEAL = "open deal"
    LOST_DEAL = "lost deal"


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who sells for the customer."""

    number: int
    first_name: str
    last_name: str

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.first_name.lower()}@seller.example"


OWNERS = (Owner(1, "Bea", "Olsen"), Owner(2, "Tim", "Ward"), Owner(3, "Uma", "Reyes"))


@dataclass(frozen=True, slots=True)
class OnFile:
    """A company on file, and the people there who are on file, too."""

    company: Company
    standing: Standing
    owner: Owner
    people: tuple[Person, ...]


def standing(company: Company) -> Standing | None:
    """What a company is to the customer, None where it is not on file."""
    luck = fraction("customer", company.domain)
    if luck < _CUSTOMERS:
        return Standing.CUSTOMER
    if luck < _CUSTOMERS + _OPEN_DEALS:
        return Standing.OPEN_DEAL
    return Standing.LOST_DEAL if luck < _CUSTOMERS + _OPEN_DEALS + _LOST_DEALS else None


def on_file(world: World) -> list[OnFile]:
    """Every company on file, in the order of their numbers."""
    return [
        OnFile(company, found, pick(OWNERS, "owner", company.domain), world.people(company)[:_PEOPLE_EACH])
        for company in world.companies
        if (found := standing(company)) is not None
    ]


def has_opted_out(person: Person) -> bool:
    """Whether a person on file wants no more mail."""
    return fraction("opted out", person.email) < _OPTED_OUT
