"""Companies by their names: for finding the one that is meant among many, without comparing it with each."""

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tenants.matching import Company, Likeness, compare
from tenants.names import read_name
from tenants.wording import initials_of, weight_of, words_of

KeyT = TypeVar("KeyT", bound=Hashable)

# So many are compared at most for what they have in common with the name that is looked for.
_BY_WORDS, _BY_PIECES = 200, 100
_WORDS_IN_ONE = 4
# Of what a word says, so much does not depend on how many have it.
_ALWAYS = 0.3


@dataclass(frozen=True, slots=True)
class Match(Generic[KeyT]):
    """A company that a name may mean."""

    key: KeyT
    company: Company
    likeness: Likeness


class Directory(Generic[KeyT]):
    """Companies that can be looked up by name.

    Those are compared that share a word with the name that is looked for, or pieces of words, since a word may be
    misspelt; the rarer what they share, the sooner.
    """

    def __init__(self, companies: Mapping[KeyT, Company]) -> None:
        self._companies = dict(companies)
        self._by_word: dict[str, list[KeyT]] = defaultdict(list)
        self._by_piece: dict[str, list[KeyT]] = defaultdict(list)
        self._by_initials: dict[str, list[KeyT]] = defaultdict(list)
        for key, company in self._companies.items():
            words = words_of(company.name)
            for word in set(words):
                self._by_word[word].append(key)
            for piece in _pieces(words):
                self._by_piece[piece].append(key)
            if len(words) > 1:
                self._by_initials[initials_of(words)].append(key)
        self._scale = math.log(len(self._companies) + 1.5)

    def best(self, wanted: Company, limit: int) -> list[Match[KeyT]]:
        """The companies that are most likely meant, the likeliest first. None where nothing is alike."""
        forms = read_name(wanted.name).forms

        def rank(match: Match[KeyT]) -> tuple[float, bool, int, str]:
            other_form = read_name(match.company.name).forms != forms
            return -match.likeness.score, other_form, len(match.company.name), str(match.key)

        found = (
            Match(key, self._companies[key], compare(wanted, self._companies[key], self.weigh))
            for key in self._worth_a_look(words_of(wanted.name))
        )
        return heapq.nsmallest(limit, (match for match in found if match.likeness.score > 0), key=rank)

    def weigh(self, word: str) -> float:
        """How much a word says of which of these companies is meant: the more of them have it, the less."""
        return weight_of(word) * (_ALWAYS + (1 - _ALWAYS) * self._rarity(self._by_word.get(word, ())))

    def _rarity(self, having: Sequence[KeyT]) -> float:
        """From 1 for what one company has, or none, down to nearly 0 for what all have."""
        return 1 - math.log(max(len(having), 1)) / self._scale

    def _worth_a_look(self, words: Sequence[str]) -> set[KeyT]:
        in_one = {
            "".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 2, min(start + _WORDS_IN_ONE, len(words)) + 1)
        }
        short = words[0] if len(words) == 1 else initials_of(words)
        return {
            *self._sharing(self._by_word, {*words, *in_one, short}, _BY_WORDS),
            *self._sharing(self._by_piece, _pieces(words), _BY_PIECES),
            *(self._by_initials.get(short, ())[:_BY_WORDS] if len(words) == 1 else ()),
        }

    def _sharing(self, index: Mapping[str, Sequence[KeyT]], parts: Iterable[str], at_most: int) -> list[KeyT]:
        """Those that share the rarest of these parts, and the most of them."""
        votes: dict[KeyT, float] = defaultdict(float)
        for part in sorted(parts):
            having = index.get(part, ())
            rarity = self._rarity(having)
            for key in having:
                votes[key] += rarity
        return heapq.nlargest(at_most, votes, key=votes.__getitem__)


def _pieces(words: Iterable[str]) -> set[str]:
    """Three signs in a row, of all words as one and its ends."""
    text = f" {''.join(words)} "
    return {text[start : start + 3] for start in range(len(text) - 2)}
