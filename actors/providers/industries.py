"""Names of industries: vendors that follow LinkedIn's of today, and those that follow its former ones, in one way."""

# LinkedIn has renamed many of its industries. Ideal customers are written in the names of before, which are shorter
# and which most vendors still use. What is not here is called now as it was then, or is nobody's name but a vendor's.
_FORMERLY = {
    "advertising services": "marketing & advertising",
    "appliances, electrical & electronics manufacturing": "electrical/electronic manufacturing",
    "automation machinery manufacturing": "industrial automation",
    "aviation & aerospace component manufacturing": "aviation & aerospace",
    "biotechnology research": "biotechnology",
    "book & periodical publishing": "publishing",
    "business consulting & services": "management consulting",
    "chemical manufacturing": "chemicals",
    "computer hardware manufacturing": "computer hardware",
    "defense & space manufacturing": "defense & space",
    "design services": "design",
    "e-learning providers": "e-learning",
    "education administration programs": "education management",
    "entertainment providers": "entertainment",
    "food & beverage manufacturing": "food production",
    "food & beverage services": "food & beverages",
    "freight & package transportation": "package/freight delivery",
    "furniture & home furnishings manufacturing": "furniture",
    "hospitals & health care": "hospital & health care",
    "human resources services": "human resources",
    "industrial machinery manufacturing": "mechanical or industrial engineering",
    "it services & it consulting": "information technology & services",
    "machinery manufacturing": "machinery",
    "maritime transportation": "maritime",
    "marketing services": "marketing & advertising",
    "medical equipment manufacturing": "medical devices",
    "medical practices": "medical practice",
    "motor vehicle manufacturing": "automotive",
    "non-profit organizations": "non-profit organization management",
    "packaging & containers manufacturing": "packaging & containers",
    "paper & forest product manufacturing": "paper & forest products",
    "pharmaceutical manufacturing": "pharmaceuticals",
    "plastics manufacturing": "plastics",
    "printing services": "printing",
    "renewable energy power generation": "renewables & environment",
    "semiconductor manufacturing": "semiconductors",
    "services for renewable energy": "renewables & environment",
    "software development": "computer software",
    "technology, information & internet": "internet",
    "textile manufacturing": "textiles",
    "transportation, logistics, supply chain & storage": "logistics & supply chain",
    "truck transportation": "transportation/trucking/railroad",
    "venture capital & private equity principals": "venture capital & private equity",
    "wellness & fitness services": "health, wellness & fitness",
    "wireless services": "wireless",
}


def usual_name(industry: str | None) -> str | None:
    """The name under which an industry is known here: in small letters, and joined with & where others write "and"."""
    if industry is None:
        return None
    name = industry.lower().replace(" and ", " & ").replace(", &", " &")
    return _FORMERLY.get(name, name)
