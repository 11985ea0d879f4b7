"""How alike two names of companies are, word by word."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale
from rapidfuzz.distance import OSA

from tenants.legal_forms import ENDINGS
from tenants.names import WEAK_WORDS, plain_name, read_name

_MOST_WORDS = 24
# Letters that no accent makes of others, and those of scripts that are spelt in ours.
_SPELT = str.maketrans(
    {
        **dict(zip("ıłøđðħ", "iloddh", strict=True)), "æ": "ae", "œ": "oe", "þ": "th",
        **dict(zip("абвгдезиклмнопрстуфхыэії", "abvgdeziklmnoprstufhyeii", strict=True)), "є": "ie", "ґ": "g",
        "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia", "ј": "j",
        **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)), "θ": "th", "χ": "ch", "ψ": "ps",
    }
)  # fmt: skip
_SAME_WORD = {
    word: plain
    for plain, others in {
        "international": "intl internacional internationale", "national": "natl", "services": "svc svcs service",
        "manufacturing": "mfg", "technology": "tech technologies", "systems": "sys system", "group": "grp",
        "holdings": "hldgs hldg holding", "brothers": "bros", "associates": "assoc assocs", "management": "mgmt mgt",
        "industries": "inds industry industrial", "laboratories": "labs lab laboratory", "solutions": "solution",
        "pharmaceuticals": "pharma pharm pharmaceutical", "university": "univ", "center": "ctr centre",
        "organization": "organisation org", "labor": "labour", "financial": "fin", "communications": "comms",
        "department": "dept", "government": "govt", "products": "prods product", "partners": "partner",
        "1": "one", "2": "two ii", "3": "three iii", "4": "four iv", "5": "five", "6": "six vi", "7": "seven vii",
        "8": "eight viii", "9": "nine ix", "10": "ten", "11": "eleven xi", "12": "twelve xii", "13": "xiii",
        "14": "xiv", "15": "xv", "20": "xx", "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth",
        "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
    }.items()
    for word in others.split()
}  # fmt: skip
_SAY_NOTHING = "the a an of and for in und der die das et de la le les des du di del della y e i og och ve s"
_LITTLE_WORDS = frozenset(_SAY_NOTHING.split())
_WEAK_WORDS = frozenset(_SAME_WORD.get(word, word) for word in WEAK_WORDS)
_LITTLE, _WEAK, _PLACE, _FULL = 0.05, 0.35, 0.5, 1.0
# sisters are told apart by a word, by a number, and most of all by a country
_INSTEAD, _ELSEWHERE = 0.85, 0.7
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc`](?=\w)")
_INITIALS = re.compile(r"\b[a-z](?: [a-z]\b)+")
_DIGIT = re.compile(r"\d")
_WIDE_PLACES = "europe europa asia asien africa afrika america americas usa us uk emea"
_LONG_PLACES = re.compile(r"\bunited (?:states(?: of america)?|kingdom)\b")

Weigh = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Wording:
    """How alike two names are, from 0 to 1, and what they share and don't, in words."""

    likeness: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    one: str
    other: str
    likeness: float
    weight: float


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words that name the company, each as it is compared: in our letters, abbreviations written out."""
    spelt = " ".join(read_name(_APOSTROPHE.sub("", name)).words).translate(_SPELT)
    words = _INITIALS.sub(
        lambda found: found[0].replace(" ", ""), _LONG_PLACES.sub(_shortened, spelt)
    ).split()
    return tuple(_SAME_WORD.get(word, word) for word in words)[:_MOST_WORDS]


def in_our_letters(text: str) -> str:
    """The words of any text as names are compared: in small letters of ours, without accents and punctuation."""
    return plain_name(text).translate(_SPELT)


def initials_of(words: Sequence[str]) -> str:
    """The first letters of the words that count."""
    return "".join(word[0] for word in words if word not in _LITTLE_WORDS)


@lru_cache(maxsize=20_000)
def weight_of(word: str) -> float:
    """How much a word says of which company is meant, from 0 to 1, as far as the word alone tells."""
    if word in _LITTLE_WORDS or _is_almost_a_form(word):
        return _LITTLE
    if word in _WEAK_WORDS:
        return _WEAK
    if word in _places():
        return _PLACE
    return _FULL


def alike(one: Sequence[str], other: Sequence[str], weigh: Weigh = weight_of) -> Wording:
    """How alike two names are whose words these are."""
    ours, theirs = _joined(one, other)
    theirs, ours = _joined(theirs, ours)
    pairs, ours_left, theirs_left = _matched(ours, theirs, weigh)
    shared = sum(pair.weight * pair.likeness for pair in pairs)
    missed = [sum(map(weigh, left)) for left in (ours_left, theirs_left)]
    whole = sum(pair.weight for pair in pairs) + sum(missed)
    if whole == 0:
        return Wording(0.0, ())
    likeness = _told_apart(ours_left, theirs_left, min(missed)) * shared / whole
    return Wording(likeness, tuple(_in_words(pairs, ours_left, theirs_left)))


def _told_apart(ours: Sequence[str], theirs: Sequence[str], missed: float) -> float:
    """What is left of the likeness of two names where these words of either are not in the other."""
    if not _places().isdisjoint(ours) and not _places().isdisjoint(theirs):
        return _ELSEWHERE
    # where each has a word of its own, it is one name with another word in it, and not a longer one
    if missed > _LITTLE * 3 or any(word.isdecimal() for word in (*ours, *theirs)):
        return _INSTEAD
    return 1.0


def _shortened(found: re.Match[str]) -> str:
    return "us" if "states" in found[0] else "uk"


@cache
def _form_words() -> tuple[str, ...]:
    """Words of legal forms that are long enough to be misspelt."""
    return tuple({word for text in ENDINGS.values() for word in re.findall(r"[a-z]{9,}", text)})


def _is_almost_a_form(word: str) -> bool:
    return len(word) >= 8 and any(OSA.distance(word, form, score_cutoff=1) <= 1 for form in _form_words())


def _joined(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our words where some in a row are one word of theirs: "van der bilt" and "vanderbilt"."""
    wanted = set(theirs) - set(ours)
    result: list[str] = []
    start = 0
    while start < len(ours):
        for end in range(min(start + 4, len(ours)), start + 1, -1):
            word = "".join(ours[start:end])
            if word in wanted:
                result.append(word)
                start = end
                break
        else:
            result.append(ours[start])
            start += 1
    return result, list(theirs)


def _matched(
    ours: Sequence[str], theirs: Sequence[str], weigh: Weigh
) -> tuple[list[_Pair], list[str], list[str]]:
    """Words of both that belong together, the most alike first, and those of either that are left."""
    ours_left, theirs_left = list(ours), list(theirs)
    possible = [
        (likeness, one, other)
        for one in dict.fromkeys(ours)
        for other in dict.fromkeys(theirs)
        if (likeness := _likeness(one, other)) > 0
    ]
    pairs = []
    for likeness, one, other in sorted(possible, key=lambda found: (-found[0], sorted(found[1:]))):
        while one in ours_left and other in theirs_left:
            ours_left.remove(one)
            theirs_left.remove(other)
            pairs.append(_Pair(one, other, likeness, weigh(one) + weigh(other)))
    return pairs, ours_left, theirs_left


def _likeness(one: str, other: str) -> float:
    """How alike two words are: 1 for the same, less for a slip of the pen, 0 for two words."""
    if one == other:
        return 1.0
    longer = max(len(one), len(other))
    if longer < 3 or _DIGIT.search(one + other):  # another number is no slip of the pen
        return 0.0
    slips = 1 if longer < 9 else 2 if longer < 14 else 3
    distance = OSA.distance(one, other, score_cutoff=slips)
    return 1.0 - distance / longer if distance <= slips else 0.0


def _in_words(pairs: Sequence[_Pair], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    said = []
    same = [pair.one for pair in pairs if pair.likeness == 1]
    if same:
        said.append("both: " + " ".join(same))
    said += [f"nearly the same: {pair.one} / {pair.other}" for pair in pairs if pair.likeness < 1]
    if ours:
        said.append("only in the one: " + " ".join(ours))
    if theirs:
        said.append("only in the other: " + " ".join(theirs))
    return said


@cache
def _places() -> frozenset[str]:
    """Names of countries of one word, in some languages, and of continents."""
    names = set(_WIDE_PLACES.split())
    for language in ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "nb", "da", "fi", "pl"):
        names |= {str(name) for code, name in Locale(language).territories.items() if len(code) == 2}
    words = {word for name in names if len(word := words_of(name)) == 1}
    return frozenset(word for (word,) in words)
