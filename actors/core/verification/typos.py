"""Which large mail provider was probably meant by a domain that looks like a slip of the pen."""

from collections.abc import Callable

from actors.core.verification.free_mail import FREE_MAIL
from actors.core.verification.kinds import is_free_mail
from tenants.companies import base_domain

# Names that were made up for mail, the most used first: whoever writes nearly this means this.
_MADE_UP = (
    "gmail",
    "yahoo",
    "hotmail",
    "outlook",
    "icloud",
    "googlemail",
    "protonmail",
    "yandex",
    "wanadoo",
    "laposte",
    "rediffmail",
    "t-online",
)
# Names that are words or short: near them are other companies, so that only what follows the dot is put right.
_WORDS = (
    "aol",
    "gmx",
    "web",
    "live",
    "msn",
    "mail",
    "qq",
    "orange",
    "libero",
    "freenet",
    "comcast",
    "verizon",
    "proton",
)
# Companies that are near a made-up name.
_COMPANIES = frozenset({"gail.com", "gail.co.in", "yaho.com", "outlooks.com", "hotmall.com"})
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# each row of keys is pushed to the right by about half a key
_PLACES = {
    letter: (row, column + row / 2)
    for row, letters in enumerate(_ROWS)
    for column, letter in enumerate(letters)
}
_LESS_THAN_COM = frozenset({"co", "cm", "om"})
_LONG_NAME = 7
_TWO_SLIPS = 2
_FAR = 99
# What follows the dot in each name's domains.
_ENDS = {
    name: sorted(
        (one.partition(".")[2] for one in FREE_MAIL if one.partition(".")[0] == name),
        key=lambda end: (end != "com", end),
    )
    for name in (*_MADE_UP, *_WORDS)
}


def suggestion(domain: str) -> str | None:
    """The domain of a large mail provider that was probably meant; None where the domain is good as it is.

    It is for a person to decide upon: gmial.com may be somebody's, and nothing is ever changed to what is said here.
    """
    domain = domain.lower()
    if is_free_mail(domain) or domain in _COMPANIES:
        return None
    without_dot = next((one for one in _all_domains() if one.replace(".", "") == domain), None)
    if "." not in domain or without_dot is not None:
        return without_dot
    name, _, end = domain.partition(".")
    found = [
        (slips, position, f"{meant}.{right_end}")
        for position, meant in enumerate(_MADE_UP)
        if (slips := _slips(name, meant)) <= _allowed(meant)
        and (right_end := _right_end(meant, end, is_sure=slips == 0)) is not None
    ]
    if found:
        return min(found)[2]
    if name in _WORDS and base_domain(domain) is None:
        right_end = _right_end(name, end, is_sure=False)
        return None if right_end is None else f"{name}.{right_end}"
    return None


def _all_domains() -> list[str]:
    return [f"{name}.{end}" for name, ends in _ENDS.items() if name in _MADE_UP for end in ends]


def _allowed(name: str) -> int:
    return _TWO_SLIPS if len(name) >= _LONG_NAME else 1


def _right_end(name: str, end: str, *, is_sure: bool) -> str | None:
    """What was to follow the dot: that itself, what is one slip away, or the only thing that ever does.

    An end that there is, as in yahoo.pt, is no slip, but for those of other countries that .com loses a letter to.
    """
    ends = _ENDS[name]
    if end in ends:
        return end
    base = base_domain(f"{name}.{end}")
    if base is None or end in _LESS_THAN_COM:
        near = next((right for right in ends if _edits(end, right) <= 1), None)
        if near is not None:
            return near
    return ends[0] if is_sure and len(ends) == 1 and base in {None, f"{name}.{end}"} else None


def _edits(wrong: str, right: str) -> int:
    """How many letters are changed, left out, put in or swapped, whichever they are."""
    return _cheapest(wrong, right, lambda *_: 1, lambda *_: 1)


def _slips(wrong: str, right: str) -> int:
    """How many slips of fingers make one name of another: swapped, left out, doubled, or the key beside it.

    A first letter that is another one is no slip, and neither is an s behind: cloud is not icloud, nor are two
    yahoos one yahoo.
    """
    if wrong[:1] != right[:1] and wrong[:2] != right[1::-1]:
        return _FAR
    if wrong == f"{right}s":
        return _FAR

    def replaced(written: str, meant: str) -> int:
        return 1 if _are_beside(written, meant) else _FAR

    def put_in(written: str, around: str) -> int:
        return 1 if any(written == one or _are_beside(written, one) for one in around) else _FAR

    return _cheapest(wrong, right, replaced, put_in)


def _cheapest(
    wrong: str, right: str, replaced: Callable[[str, str], int], put_in: Callable[[str, str], int]
) -> int:
    """The least sum of slips (optimal string alignment). `put_in` is told the letter, and those meant around it."""
    rows = [list(range(len(right) + 1))]
    for i, written in enumerate(wrong, 1):
        row = [rows[-1][0] + put_in(written, right[:1])]
        for j, meant in enumerate(right, 1):
            around = right[j - 1 : j + 1]
            costs = [
                row[-1] + 1,
                rows[-1][j] + put_in(written, around),
                rows[-1][j - 1] + (0 if written == meant else replaced(written, meant)),
            ]
            if i > 1 and j > 1 and written == right[j - 2] and wrong[i - 2] == meant:
                costs.append(rows[-2][j - 2] + 1)
            row.append(min(costs))
        rows.append(row)
    return rows[-1][-1]


def _are_beside(one: str, other: str) -> bool:
    """Whether two letters are neighbours on a keyboard, in a row or across two."""
    if one not in _PLACES or other not in _PLACES:
        return False
    (row, place), (other_row, other_place) = _PLACES[one], _PLACES[other]
    return one != other and abs(row - other_row) <= 1 and abs(place - other_place) <= 1
