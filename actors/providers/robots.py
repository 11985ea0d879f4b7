"""robots.txt: what a website asks machines to leave alone, read as RFC 9309 says. No I/O.

The standard library's own reader knows neither wildcards nor the longest match.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

#: the name by which a robots.txt may address us; it stands in the User-Agent of every request
TOKEN = "leadmill"  # noqa: S105 (of a product, and no secret)
#: what counts of a robots.txt: the least that the RFC allows, and more than nearly all have
MOST_BYTES = 500 * 1024

_ENDS = re.compile(r"\r\n?|\n")
_AGENT = re.compile(r"[a-z_-]+|\*", re.IGNORECASE)
_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_OUR_NAMES = frozenset({TOKEN, "*"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of paths, and whether they may be read. `*` is anything, a `$` at its end the end of the path."""

    pattern: str
    allows: bool

    def covers(self, path: str) -> bool:
        """Whether a path matches, in a time that grows with both lengths and no faster, whatever the pattern."""
        is_whole = self.pattern.endswith("$")
        first, *others = self.pattern.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        if not others:
            return not is_whole or len(path) == len(first)
        *middle, last = others
        place = len(first)
        for part in middle:
            found = path.find(part, place)
            if found < 0:
                return False
            place = found + len(part)
        if is_whole:
            return len(path) - len(last) >= place and path.endswith(last)
        return path.find(last, place) >= 0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one robots.txt that concern us."""

    rules: tuple[Rule, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether we may read a path, with its query: as the longest rule says that covers it, a permission first."""
        path = _normal(path).replace("*", "%2A").replace("$", "%24")
        if path == "/robots.txt":
            return True
        covering = (rule for rule in self.rules if rule.covers(path))
        best = max(covering, key=lambda rule: (len(rule.pattern), rule.allows), default=None)
        return best is None or best.allows

    @property
    def letters(self) -> int:
        """How much of memory it takes, roughly."""
        return sum(len(rule.pattern) + 100 for rule in self.rules)


def read_robots(body: bytes) -> Robots:
    """The rules for us: those of all groups that name us, else of all for anybody, else none.

    Of a file that is too long only the beginning counts, as far as its last whole line.
    """
    if len(body) > MOST_BYTES:
        body = body[:MOST_BYTES].rpartition(b"\n")[0]
    rules: dict[str, list[Rule]] = {}
    group: set[str] = set()
    was_rule = False
    for name, value in _lines(body.decode("utf-8-sig", "replace")):
        if name == "user-agent":
            if was_rule:
                group, was_rule = set(), False
            agent = _AGENT.match(value)
            if agent and agent[0].lower() in _OUR_NAMES:
                group.add(agent[0].lower())
                rules.setdefault(agent[0].lower(), [])
        elif name in {"allow", "disallow"}:
            was_rule = True
            for one in group if value else ():
                rules[one].append(Rule(_pattern(value), name == "allow"))
    return Robots(tuple(rules.get(TOKEN, rules.get("*", ()))))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line that says something: its name in small letters, and its value."""
    for line in _ENDS.split(text):
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _pattern(value: str) -> str:
    """A pattern as it is compared: a `$` that is not at its end is one of the path's."""
    begin, end = value[:-1], value[-1]
    return _normal(begin).replace("$", "%24") + _normal(end)


def _normal(path: str) -> str:
    """A path as it is compared: what need not be escaped is not, and all else is, in capitals."""
    plain = "".join(letter if "!" <= letter <= "~" else _escape(letter) for letter in path)
    return _ESCAPED.sub(_unescape, plain)


def _escape(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def _unescape(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if letter in _UNRESERVED else found[0].upper()


class RobotsKept:
    """What was read of late, for a while, and no more of it than so many letters; what was used last stays longest."""

    def __init__(self, *, seconds: float, most_letters: int) -> None:
        self._seconds = seconds
        self._most_letters = most_letters
        self._letters = 0
        self._kept: OrderedDict[str, tuple[float, Robots]] = OrderedDict()

    def get(self, root: str, now_s: float) -> Robots | None:
        """What is known of the website at this address, None where it was never read or too long ago."""
        found = self._kept.get(root)
        if found is None or now_s - found[0] > self._seconds:
            return None
        self._kept.move_to_end(root)
        return found[1]

    def keep(self, root: str, robots: Robots, now_s: float) -> None:
        """Remember what was read just now."""
        self._forget(root)
        self._kept[root] = now_s, robots
        self._letters += _weight(root, robots)
        while self._letters > self._most_letters:
            self._forget(next(iter(self._kept)))

    def _forget(self, root: str) -> None:
        before = self._kept.pop(root, None)
        if before is not None:
            self._letters -= _weight(root, before[1])


def _weight(root: str, robots: Robots) -> int:
    return len(root) + robots.letters
