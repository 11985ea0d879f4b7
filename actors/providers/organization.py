"""An organization as websites describe themselves to machines (schema.org in JSON-LD), read into our words.

People are left out, whatever stands there of them: a company's facts are wanted, and nobody's personal data.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Any

import orjson

from actors.providers.fields import text, whole
from actors.providers.page import types
from tenants.countries import country_code

_YEARS = range(1000, 2101)
_MOST_QUOTED = 200
_PHONE = re.compile(r"\+?[\d\s()./-]{5,30}(?:\s*(?:x|ext\.?)\s*\d{1,6})?")
_LINKEDIN = re.compile(r"https?://(?:[a-z]{2,3}\.)?linkedin\.com/company/[^/?#\s]{1,100}", re.IGNORECASE)
# Of schema.org: Organization and those below it that companies use for themselves.
_TYPES = re.compile(
    r"Organization|Airline|Consortium|Cooperative|Corporation|OnlineBusiness|OnlineStore|"
    r"OnlineMarketplace|NewsMediaOrganization|NGO|ResearchOrganization|GovernmentOrganization|"
    r"SportsOrganization|EducationalOrganization|CollegeOrUniversity|School|Preschool|MedicalOrganization|"
    r"Hospital|DiagnosticLab|Pharmacy|VeterinaryCare|LocalBusiness|ProfessionalService|LegalService|"
    r"Attorney|Notary|FinancialService|AccountingService|BankOrCreditUnion|InsuranceAgency|"
    r"EmploymentAgency|RealEstateAgent|TravelAgency|AutomotiveBusiness|AutoDealer|AutoRental|AutoRepair|"
    r"HomeAndConstructionBusiness|Electrician|GeneralContractor|HVACBusiness|HousePainter|Locksmith|"
    r"MovingCompany|Plumber|RoofingContractor|Store|ClothingStore|ElectronicsStore|FurnitureStore|"
    r"GroceryStore|HardwareStore|HomeGoodsStore|WholesaleStore|FoodEstablishment|Bakery|Brewery|"
    r"CafeOrCoffeeShop|Restaurant|Winery|LodgingBusiness|Hotel|Resort|MedicalBusiness|Dentist|Optician|"
    r"HealthAndBeautyBusiness|HealthClub|EntertainmentBusiness|SportsActivityLocation|ChildCare|"
    r"DryCleaningOrLaundry|EmergencyService|InternetCafe|Library|RadioStation|TelevisionStation|"
    r"SelfStorage|ShoppingCenter|TouristInformationCenter|ArchiveOrganization"
)


def own_organization(nodes: Iterable[dict[str, Any]], is_own: Callable[[str], bool]) -> dict[str, Any]:
    """The company among the things that a page describes: the one whose address is on this site, else the first.

    Nothing where there is none.
    """
    found = [node for node in nodes if any(map(_TYPES.fullmatch, types(node)))]
    own = (node for node in found if isinstance(url := node.get("url"), str) and is_own(url))
    return next(own, found[0] if found else {})


def facts_of(organization: Mapping[str, Any]) -> dict[str, Any]:
    """What an organization says of itself, by our names for it; None for what it doesn't say."""
    address = _first(organization.get("address"))
    address = address if isinstance(address, dict) else {}
    country = address.get("addressCountry")
    country = country.get("name") if isinstance(country, dict) else country
    return {
        "name": _plain(organization.get("name")),
        "legal_name": _plain(organization.get("legalName")),
        "country": country_code(text(country) or ""),
        "city": _plain(address.get("addressLocality")),
        "employees": _employees(organization.get("numberOfEmployees")),
        "founded_year": _year(organization.get("foundingDate")),
        "phone": _phone(organization),
        "linkedin_url": _linkedin(organization.get("sameAs")),
        "description": _plain(organization.get("description")),
    }


def quote(value: object) -> str:
    """A value of JSON-LD in the site's own words."""
    return orjson.dumps(value).decode()[:_MOST_QUOTED]


def _plain(value: object) -> str | None:
    """A text without the HTML entities that many sites leave in their JSON."""
    return text(unescape(value)) if isinstance(value, str) else None


def _first(value: object) -> object:
    return next(iter(value), None) if isinstance(value, list) else value


def _employees(value: object) -> int | None:
    """A number of employees: a number, or an amount, or the lower end of a range."""
    if isinstance(value, dict):
        value = value.get("value", value.get("minValue"))
    if isinstance(value, str):
        lower_end = re.match(r"\d{1,9}", value.replace(",", "").strip())
        return int(lower_end[0]) if lower_end else None
    return whole(value)


def _year(value: object) -> int | None:
    digits = re.match(r"\d{4}", str(value))
    return int(digits[0]) if digits and int(digits[0]) in _YEARS else None


def _phone(organization: Mapping[str, Any]) -> str | None:
    """The company's number, or that of its first point of contact."""
    contact = _first(organization.get("contactPoint"))
    told = organization.get("telephone") or (contact.get("telephone") if isinstance(contact, dict) else None)
    number = (_plain(_first(told)) or "").removeprefix("tel:")
    return number if _PHONE.fullmatch(number) and sum(map(str.isdigit, number)) >= 5 else None


def _linkedin(value: object) -> str | None:
    """The company's page on LinkedIn; the page of a person is none."""
    given = value if isinstance(value, list) else [value]
    pages = (_LINKEDIN.match(one.strip()) for one in given if isinstance(one, str))
    return next((page[0] for page in pages if page), None)
