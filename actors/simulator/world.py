"""The invented world: its companies and people, found by number, domain, id, name or segment."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import product

from actors.simulator.company import FOREIGN, SIZE_BANDS, Company, normalise_domain, size_band
from actors.simulator.founding import MOST_COMPANIES, foreign, native
from actors.simulator.industries import INDUSTRIES
from actors.simulator.person import Person, fold, staff
from actors.simulator.places import COUNTRIES


class World:
    """Companies and people that follow from a seed alone; nothing here reads a clock or a file."""

    def __init__(self, seed: int, companies: int, today: date) -> None:
        if not 1 <= companies <= MOST_COMPANIES:
            raise ValueError(f"a world has 1 to {MOST_COMPANIES} companies, not {companies}")
        self.seed = seed
        self.today = today
        self.companies = [native(seed, number, today) for number in range(companies)]
        self._by_domain = {company.domain: company for company in self.companies}
        self._by_name = {fold(company.name): company for company in reversed(self.companies)}
        self._segments: dict[tuple[str, str, int], list[Company]] = {}
        for company in self.companies:
            segment = company.industry, company.country, size_band(company.employees)
            self._segments.setdefault(segment, []).append(company)
        self._foreign: dict[int, Company] = {}
        self._people: dict[int, tuple[Person, ...]] = {}

    def company_by_domain(self, domain: str) -> Company:
        """The company behind any domain at all; its is_known says whether providers have heard of it."""
        domain = normalise_domain(domain)
        company = self._by_domain.get(domain)
        if company is None:
            company = foreign(self.seed, domain, self.today)
            self._by_domain[domain] = self._foreign[company.number] = company
        return company

    def company_by_name(self, name: str) -> Company | None:
        """The world's own company of that name, however it is written."""
        return self._by_name.get(fold(name))

    def company_by_id(self, company_id: str) -> Company | None:
        """The company with that id, or of the person with that id; foreign ones once they were asked for."""
        try:
            number = int(company_id[:16], 16)
        except ValueError:
            return None
        if number >= FOREIGN:
            return self._foreign.get(number)
        return self.companies[number] if number < len(self.companies) else None

    def people(self, company: Company) -> tuple[Person, ...]:
        """The people of a company, the head of the company first."""
        people = self._people.get(company.number)
        if people is None:
            people = self._people[company.number] = staff(self.seed, company)
        return people

    def select(
        self,
        industries: Collection[str] | None,
        countries: Collection[str] | None,
        bands: Collection[int] | None,
    ) -> Iterator[Company]:
        """The world's own companies in those segments, in the order of their numbers; None stands for all."""
        segments = product(
            INDUSTRIES if industries is None else industries,
            COUNTRIES if countries is None else countries,
            range(len(SIZE_BANDS)) if bands is None else bands,
        )
        found = [company for segment in segments for company in self._segments.get(segment, ())]
        return iter(sorted(found, key=lambda company: company.number))
