"""Where each vendor of the simulator is: the path before its own paths."""

PREFIXES = {
    "apollo": "/apollo/api/v1",
    "hunter": "/hunter/v2",
    "pdl": "/pdl",
    "companies_house": "/companies_house",
    "zerobounce": "/zerobounce/v2",
    "neverbounce": "/neverbounce/v4.2",
    "gleif": "/gleif/api/v1",
    "edgar": "/edgar",
    "wikidata": "/wikidata",
    "yc": "/yc/api",
    "sequences": "/sequences/v1",
    "crm": "/crm/v1",
    "hubspot": "/hubspot",
    "salesforce": "/salesforce/services/data/v66.0",
}
#: the company websites: the domain takes the place of the braces
SITES = "/sites/{domain}"
