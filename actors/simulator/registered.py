"""What registers call a company: its legal name, and its numbers."""

import string

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import FOREIGN, Company
from actors.simulator.places import COUNTRIES

_SIGNS = string.digits + string.ascii_uppercase
_ISSUERS = ("5493", "5299", "2138", "9845")
_FIRST_CIK = 700_000
_FIRST_BRITISH, _FIRST_SCOTTISH, _SCOTTISH_CITY = 1_000_000, 100_000, "Edinburgh"


def legal_name(company: Company) -> str:
    """Its name with its legal form, in capitals for half of the companies."""
    legal_form = COUNTRIES[company.country].legal_form
    name = company.name if company.name.endswith(f" {legal_form}") else f"{company.name} {legal_form}"
    return name.upper() if fraction("capitals", company.domain) < 0.5 else name


def register_number(company: Company) -> str:
    """Its number in the trade register of its country: for the world's own British companies no two alike."""
    if company.country == "GB" and company.number < FOREIGN:
        if company.city == _SCOTTISH_CITY:
            return f"SC{_FIRST_SCOTTISH + company.number:06}"
        return f"{_FIRST_BRITISH + company.number:08}"
    number = draw64("register", company.domain) % 1_000_000
    return f"HRB {number}" if company.country == "DE" else f"{number:08}"


def lei(*names: object) -> str:
    """The legal entity identifier that belongs to these names, with its two check digits (ISO 17442)."""
    body, left = "", draw64("lei", *names)
    for _ in range(12):
        left, place = divmod(left, len(_SIGNS))
        body += _SIGNS[place]
    stem = _ISSUERS[draw64("issuer", *names) % len(_ISSUERS)] + "00" + body
    return f"{stem}{98 - int(''.join(str(_SIGNS.index(sign)) for sign in stem + '00')) % 97:02}"


def cik(company: Company) -> int:
    """The number of one of the world's own companies at the SEC."""
    return _FIRST_CIK + company.number


def ticker(company: Company) -> str:
    """The letters under which one of the world's own companies is traded, no two alike."""
    letters, left = "", company.number
    for _ in range(4):
        left, place = divmod(left, len(string.ascii_uppercase))
        letters += string.ascii_uppercase[place]
    return letters
