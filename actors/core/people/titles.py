"""What a job title says: how senior somebody is, in which departments, and whether now and in their own right."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from actors.core.people.title_words import (
    CHIEFS,
    ENDINGS,
    FIELDS,
    LEADS_ALL,
    RANKS,
    RUNS_ALL,
    SENIORITIES,
    SHORT,
    phrases,
)

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "a", "œ": "o", "đ": "d", "\u2019": "'"})
_GENDER = re.compile(
    r"\((?:[mwfdxh]\s*[/|,]\s*)+[mwfdxh]\)|[:*_·]in(?:nen)?\b|/-?in\b|\((?:in|e|a|trice)\)|·e\b"
)
_INTERIM = re.compile(
    r"\b(?:ad[ -]interim|par interim|interim(?:s|istische[rn]?)?|acting|a\.i\.|kommissarische?[rn]?|p\.o\.|tf\.)",
)
_FORMER = re.compile(
    r"\b(?:former(?:ly)?|ex(?:[- ](?!officio))|past|retired"
    r"|previous(?:ly)?|ehemalige[rns]?|ancien(?:ne)?|antiguo|antigua"
    r"|emeritus|byly|byla|voormalig|tidligere|tidigare|i\.r\.|a\.d\.)(?=[\s\w]|$)"
)
# Whom they serve is no title of theirs.
_ASSISTANT = re.compile(
    r"\b(?:(?:assistants?|pa|ea|secretary|aide|support|assistent|assistentin|assistenz)"
    r" (?:to|of|der|des|van de|till|for)\b"
    r"|(?:assistante?|secretaire) (?:de|du|des) (?:direction|la direction|directeur|president|pdg|dg)\b"
    r"|(?:executive|personal|office|direktions|vorstands|administrative|virtual) assistant\b"
    r"|(?:asistente|secretaria|segretaria|segretario|assistente|asystent|asystentka|sekretarka|sekretarin)"
    r" (?:de|di|del|della|da|do|zarzadu|ejecutiva|executiva|dyrektora|prezesa|der)\b"
    r"|(?:chefsekretarin|direktionsassistentin|direktionsassistent|vorstandsassistentin|vorstandssekretarin"
    r"|directiesecretaresse|managementassistent|vdassistent|directieassistente?))"
)
_SERVED = re.compile(
    r"\b(?:reporting to|(?:to|for) the|to (?=c[efotm]o\b|vp\b|president\b)"
    r"|office of (?:the )?(?:c.o|ceo)\b|founders? office).*"
)
_SEGMENT = re.compile(
    r"\s*(?:[|;•·/&+,()\[\]]| and | und | et | y | e | i | og | och | en | - | \u2013 | \u2014 )\s*"
)
_OFFICE = re.compile(r"\s*(?:[|;•]|\bnow\b)\s*")
_PLACE = {name: place for place, name in enumerate(SENIORITIES)}


@dataclass(frozen=True, slots=True)
class Role:
    """What a title says of somebody. `seniority` is None where it says nothing of it, or where they have left.

    `title` is the title in small letters, without accents and abbreviations. A managing director leads a company in
    Europe and is one of many in a bank: with a field behind it, it counts as director. Who assists somebody is an
    entry in operations, whomever they assist.
    """

    title: str
    seniority: str | None
    departments: tuple[str, ...]
    is_interim: bool = False
    is_former: bool = False
    is_assistant: bool = False
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reading:
    seniority: str | None
    departments: tuple[str, ...]
    known: int
    words: int


@lru_cache(maxsize=20_000)
def read_title(text: str) -> Role:
    """What the title says; the highest of several offices counts, and the departments of all of them."""
    plain = _plain(text)
    is_interim = _INTERIM.search(plain) is not None
    plain = _INTERIM.sub(" ", plain)
    offices = [office for office in _OFFICE.split(plain) if office.strip()]
    now = [left for office in offices if (left := _without_former(office))]
    is_former = _FORMER.search(plain) is not None
    assisting = [office for office in now if _ASSISTANT.search(office)]
    own = [office for office in now if office not in assisting]
    readings = [_read(office) for office in own]
    title = " ".join(word for office in offices for word in _words(office))
    senior = min((one.seniority for one in readings if one.seniority), key=_PLACE.__getitem__, default=None)
    departments = tuple(dict.fromkeys(name for one in readings for name in one.departments))
    if is_former and senior is None and not assisting:
        return Role(title, None, (), is_interim, is_former=True, confidence=0.9)
    if assisting and senior is None:
        return Role(title, "entry", ("operations",), is_interim, is_assistant=True, confidence=0.95)
    words, known = sum(one.words for one in readings), sum(one.known for one in readings)
    sure = 0.0 if senior is None and not departments else round(0.4 + 0.6 * known / max(words, 1), 2)
    return Role(title, senior, departments, is_interim, confidence=sure)


def fold(text: str) -> str:
    """A word as titles are compared: small, without accents, umlauts as one letter however they are written."""
    return re.sub(r"(?<=[b-df-hj-np-tv-z])([aou])e(?=[b-df-hj-np-tv-z])", r"\1", text)


def _plain(text: str) -> str:
    lowered = _GENDER.sub("", text.casefold().translate(_LETTERS))
    decomposed = unicodedata.normalize("NFKD", lowered)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    bare = re.sub(r"\br ?& ?d\b", "rd", re.sub(r"\bfp ?& ?a\b", "fp a", bare.replace("p&l", " ")))
    bare = re.sub(r"\bex-", "ex ", bare)
    return re.sub(r"(?<=\w)-(?=\w)", " ", " ".join(bare.split()))


def _without_former(office: str) -> str:
    """What of an office is held still: where a part of it was held once, nothing behind it says who they are now."""
    found = _FORMER.search(office)
    return office[: found.start()].strip(" ,&-") if found else office


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in re.findall(r"[^\W_]+", re.sub(r"(?<=\b\w)\.(?=\w\b)|'", "", text)):
        words += SHORT.get(word, word).split()
    return [word for word in words if not word.isdecimal()]


def _read(office: str) -> _Reading:
    """One office: the words of each of its parts, the highest rank, all fields."""
    own_words = _SERVED.sub("", office)
    parts = [words for part in _SEGMENT.split(own_words) if (words := [fold(word) for word in _words(part)])]
    if not parts and own_words != office:  # nothing is said but whose office it is
        return _Reading(None, tuple(dict.fromkeys(CHIEFS[w] for w in _words(office) if w in CHIEFS)), 1, 1)
    joined = [word for part in parts for word in part]
    whole = _fields(joined)
    found = [_part(part) for part in parts]
    ranks = [rank for rank, _, _ in found if rank is not None]
    fields = list(dict.fromkeys(name for _, names, _ in found for name in names)) or whole
    rank = min(ranks, key=_PLACE.__getitem__, default=None)
    own = [name for name in fields if name != "executive"]
    if (
        rank == "c_suite"
        and own
        and not ("executive" in fields and len(parts) == 1)
        and _only_director(joined)
    ):
        rank, fields = "director", own
    if rank == "director" and not fields and any(word in RUNS_ALL for word in joined) and len(joined) == 1:
        rank, fields = "c_suite", ["executive"]
    if rank in {"founder", "owner", "c_suite", "partner"} and not fields:
        fields = ["executive"]
    return _Reading(rank, tuple(fields), sum(known for _, _, known in found), len(joined))


def _only_director(words: Sequence[str]) -> bool:
    """Whether it is as a managing or executive director that somebody is so high."""
    text = " ".join(words)
    return re.search(r"\b(?:managing|executive) director\b", text) is not None and "chief" not in words


def _part(words: Sequence[str]) -> tuple[str | None, list[str], int]:
    """The rank and the fields of a part, and how many of its words are known."""
    rank, taken = _rank(words)
    fields = _fields(words)
    known = sum(word in _known() or _compound(word) is not None for word in words)
    return rank, fields, max(known, taken)


def _rank(words: Sequence[str]) -> tuple[str | None, int]:
    found: list[tuple[str, tuple[str, ...]]] = []
    start = 0
    while start < len(words):
        phrase = _longest(words, start, _ranks())
        if phrase:
            found.append((_ranks()[phrase], phrase))
            start += len(phrase)
            continue
        word = words[start]
        compound = _compound(word)
        if word in CHIEFS:
            found.append(("c_suite", (word,)))
        elif compound is not None:
            found.append((compound[0], (word,)))
        start += 1
    if "chief" in words and ("officer" in words or words[-1] == "chief"):
        return "c_suite", len(words)
    return _weighed(found, words), sum(len(phrase) for _, phrase in found)


def _weighed(found: Sequence[tuple[str, tuple[str, ...]]], words: Sequence[str]) -> str | None:
    """The highest rank of a part, but for words that say another thing before another word."""
    ranks = [rank for rank, _ in found]
    said = {phrase for _, phrase in found}
    others = [rank for rank, phrase in found if phrase not in _ONLY_BEFORE]
    if ("partner",) in said and {"manager", "entry", "senior", "director", "head", "vp"} & set(others):
        ranks = [rank for rank, phrase in found if phrase != ("partner",)]
    if ("founder",) in said and "associate" in words:
        return "entry"
    if words[0] in {"lead", "principal"} and len(words) > 1:
        ranks = ["senior" if phrase[0] == words[0] else rank for rank, phrase in found]
    if words[0] == "assistant" and ("manager",) in said:
        return "senior"
    if ("senior",) in said and set(ranks) <= {"senior", "entry"}:
        return "senior"
    if said & {("junior",), ("assistant",)} and "manager" not in ranks and "director" not in ranks:
        return "intern" if "intern" in ranks else "entry"
    if "intern" in ranks:
        return "intern"
    ranks = (
        [rank for rank in ranks if rank != "senior"] or ranks if set(ranks) - {"senior", "entry"} else ranks
    )
    return min(ranks, key=_PLACE.__getitem__, default=None)


_ONLY_BEFORE = frozenset({("partner",), ("principal",), ("lead",)})


def _fields(words: Sequence[str]) -> list[str]:
    found: list[tuple[str, tuple[str, ...]]] = []
    start = 0
    while start < len(words):
        phrase = _longest(words, start, _field_words())
        if phrase:
            found.append((_field_words()[phrase], phrase))
            start += len(phrase)
            continue
        word = words[start]
        if word in CHIEFS:
            found.append((CHIEFS[word], (word,)))
        elif word in LEADS_ALL:
            found.append(("executive", (word,)))
        elif (compound := _compound(word)) is not None and compound[1] is not None:
            found.append((compound[1], (word,)))
        start += 1
    if tuple(words[:3]) == ("chief", "executive", "officer"):
        found.append(("executive", ("chief",)))
    if "president" in words and "vice" in words:
        found = [(name, phrase) for name, phrase in found if phrase != ("president",)]
    names = list(dict.fromkeys(name for name, _ in found))
    # what somebody does in a field says less than the field
    weak = {name for name, phrase in found if phrase in _WEAK} - {n for n, p in found if p not in _WEAK}
    strong = [name for name in names if name not in weak]
    return strong or names[:1]


_SAY_LESS = """
    operations operation engineer data architect consultant project program programme account product technical
    technology security systems information support service commercial commerciale comercial editor customer creative
    trainer training personal site store media content culture research buyer risk quality tecnico tecnica ekonom
    investment learning software
"""
_WEAK = frozenset((word,) for word in _SAY_LESS.split())


def _longest(
    words: Sequence[str], start: int, table: Mapping[tuple[str, ...], str]
) -> tuple[str, ...] | None:
    for end in range(min(len(words), start + 4), start, -1):
        phrase = tuple(words[start:end])
        if phrase in table:
            return phrase
    return None


@lru_cache(maxsize=4096)
def _compound(word: str) -> tuple[str, str | None] | None:
    """The rank and the field of a word that is put together, such as Vertriebsleiter."""
    for ending in sorted(ENDINGS, key=len, reverse=True):
        stem = word.removesuffix(fold(ending))
        if stem != word and len(stem) > 1:
            fields = (
                _field_words().get((one,)) for one in (stem, stem.removesuffix("s"), stem.removesuffix("es"))
            )
            return ENDINGS[ending], next((one for one in fields if one is not None), None)
    return None


@cache
def _ranks() -> dict[tuple[str, ...], str]:
    return _table(RANKS)


@cache
def _field_words() -> dict[tuple[str, ...], str]:
    return _table(FIELDS)


def _table(listed: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {tuple(map(fold, one)): name for name, text in listed.items() for one in phrases(text)}


@cache
def _known() -> frozenset[str]:
    own = {word for table in (_ranks(), _field_words()) for one in table for word in one}
    return frozenset(own | set(CHIEFS) | {"of", "and", "the", "de", "des", "global", "senior", "regional"})
