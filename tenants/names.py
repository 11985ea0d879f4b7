"""Names of companies: what is left without case, accents, punctuation, legal form and the marks of registers."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from tenants.legal_forms import ENDINGS, FRONTS, LETTERS_APART_UP_TO, LegalForm

#: so much of a plain name is kept for looking it up: an entry of an index in PostgreSQL has an end
KEY_LENGTH = 200
_MANY_HAVE = """
    the a an of and for in und der die das et de la le les des du di del della y e i og och ve van group groupe
    gruppe grupo gruppo grup holding holdings beteiligungen 集团 集團 控股 グループ ホールディングス 그룹 홀딩스
    company companies corporation enterprise enterprises firm international intl global worldwide world national
    industry industries industrial solutions solution services service systems system technology technologies
    tech software digital labs lab studio studios partners partner ventures venture capital financial finance
    management consulting trading trade products product brands resources properties investments investment
    associates media network networks online bank banco banque insurance energy health healthcare
    pharmaceuticals foods stores sanayi ticaret san tic gida
"""
#: words that many companies have in their names: alone they name none
WEAK_WORDS = frozenset(_MANY_HAVE.split())
# Marks that are accents. Those of other scripts are vowels and consonants: without them it is another name.
_ACCENTS = re.compile(r"[\u0300-\u036f]")
# An article that was put behind the name, and the class of a share: lists of exchanges have both.
_THE = re.compile(r"(?<=\S)(?: ?\(the\)|, the)$", re.IGNORECASE)
_SHARE_CLASS = re.compile(r" ?\((?:class|series) [a-z]\)$", re.IGNORECASE)
# How the American register tells companies of one name apart: by state, or as the newer one.
_REGISTER_MARK = re.compile(
    r"""
    \ ?(?:
        [/\\]\ ?(?P<closed>[a-z]{2,3})\ ?[/\\]
        | (?:(?<=[\ .])|(?<=inc)|(?<=corp)|(?<=co)|(?<=ltd)|(?<=llc)|(?<=limited)|(?<=company)|(?<=tbk))
          [/\\]\ ?(?P<open>new|adr|a[klrz]|c[aot]|d[ce]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa
          |pr|ri|s[cd]|t[nx]|ut|v[ait]|w[aivy])
    )$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The Danish partnerships of whose form only two letters would be left.
_SLASHED = re.compile(r"(?<!\w)[ikp]/s(?!\w)", re.IGNORECASE)
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name taken apart: the words that name the company, what its legal forms say of it, a register's mark."""

    words: tuple[str, ...]
    forms: frozenset[LegalForm]
    mark: str | None = None


def plain_name(name: str) -> str:
    """A company's name without case, accents and punctuation; its legal form stays."""
    # a name of nothing but signs is still a name
    return " ".join(_words(name)) or _folded(name).strip() or name.strip()


def normal_name(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form."""
    return " ".join(read_name(name).words) or plain_name(name)


def name_key(name: str) -> str:
    """What companies of one name have in common, short enough for an index."""
    return normal_name(name)[:KEY_LENGTH]


@lru_cache(maxsize=4096)
def read_name(name: str) -> CompanyName:
    """The name taken apart. No words are left of a name that has none."""
    text = _SHARE_CLASS.sub("", " ".join(name.split()))
    mark = _REGISTER_MARK.search(text)
    text = _SLASHED.sub("kommanditselskab", text[: mark.start()] if mark else text)
    words = _words(f"the {_THE.sub('', text)}" if _THE.search(text) else text)
    forms: set[LegalForm] = set()
    for _ in range(4):  # "Co., Ltd." has two, and so has "PT … Tbk"
        if not (_take_ending(words, forms) or _take_front(words, forms)):
            break
    told_apart = (mark["closed"] or mark["open"]).lower() if mark else None
    return CompanyName(tuple(words), frozenset(forms), told_apart)


def _words(text: str) -> list[str]:
    return "".join(
        letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in _folded(text)
    ).split()


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)).replace("&", " and ")


def _take_ending(words: list[str], forms: set[LegalForm]) -> bool:
    """Whether the words ended in a legal form, which is gone from them now. The first word never is one."""
    table = _endings()
    for count in range(min(table.longest, len(words) - 1), 0, -1):
        form = table.words.get(tuple(words[-count:]))
        if form is not None:
            del words[-count:]
            if words[-1] == "and" and len(words) > 1:
                del words[-1]
            forms.add(form)
            return True
    if words and _WITHOUT_SPACES.search(words[-1]) and (words[-1],) not in table.words:
        for ending, form in table.attached:
            if words[-1].endswith(ending) and (left := words[-1].removesuffix(ending)):
                words[-1] = left
                forms.add(form)
                return True
    return False


def _take_front(words: list[str], forms: set[LegalForm]) -> bool:
    """Whether the words began with a legal form, which is gone now, and something that names a company is left."""
    table = _fronts()
    for count in range(min(table.longest, len(words) - 1), 0, -1):
        form = table.words.get(tuple(words[:count]))
        if form is not None and not WEAK_WORDS.issuperset(words[count:]):
            del words[:count]
            forms.add(form)
            return True
    if words and _WITHOUT_SPACES.search(words[0]) and (words[0],) not in table.words:
        for front, form in table.attached:
            if words[0].startswith(front) and (left := words[0].removeprefix(front)):
                words[0] = left
                forms.add(form)
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Forms:
    """Legal forms by the words that write them, and those of scripts without spaces, the longest first."""

    words: Mapping[tuple[str, ...], LegalForm]
    attached: Sequence[tuple[str, LegalForm]]
    longest: int


@cache
def _endings() -> _Forms:
    return _forms(ENDINGS)


@cache
def _fronts() -> _Forms:
    return _forms(FRONTS)


def _forms(listed: Mapping[LegalForm, str]) -> _Forms:
    written = {
        " ".join(_folded(one).split()): form for form, text in listed.items() for one in text.split(",")
    }
    words = {way: form for one, form in written.items() for way in _ways_to_write(one)}
    attached = [(one, form) for one, form in written.items() if _WITHOUT_SPACES.fullmatch(one)]
    attached.sort(key=lambda pair: -len(pair[0]))
    return _Forms(words, attached, max(map(len, words)))


def _ways_to_write(form: str) -> list[tuple[str, ...]]:
    """The form as words; one word of a few letters also with gaps between them ("l l c", "ll c")."""
    words = tuple(form.split())
    if len(words) > 1 or len(form) > LETTERS_APART_UP_TO or form in _NEVER_APART:
        return [words] if len(words) == 1 else [words, *_with_parts_apart(words)]
    gaps = product(("", " "), repeat=len(form) - 1)
    return [
        tuple("".join(letter + gap for letter, gap in zip(form, (*one, ""), strict=True)).split())
        for one in gaps
    ]


def _with_parts_apart(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A form of several words with every short one of them as single letters: "s a de c v"."""
    apart = tuple(part for word in words for part in (word if word in _INITIALS else (word,)))
    return [apart] if apart != words else []


# With gaps these would be words of their own, or somebody's initials: "In C", "Fuller, H B".
_ONE_WORD = "co inc corp cie coy publ tbk pty pte pvt ltd ltda hb kb hf gk ou uab sia ano pt"
_NEVER_APART = frozenset(_ONE_WORD.split())
_INITIALS = frozenset(
    ["sa", "cv", "rl", "sab", "sapi", "oo", "ro", "ab", "oy", "kg", "ag", "ug", "se", "ohg"]
)
