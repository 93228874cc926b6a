"""Tell a text that is not English, the one language that the default bundle reads well, in microseconds.

Two signs: words that the model's vocabulary does not hold whole (it was made from English, so it cuts other languages
into crumbs), and words that hardly a sentence in English does without. Their weights are fitted (`models/language.py`)
and stand in the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

ENGLISH, OTHER = LANGUAGES = ("en", "other")  # what can be told apart

_READ_CHARS = 1_000  # a text does not change its language later on, as far as a router cares
_PRIOR_WORDS = 2  # as if two more words without any sign stood there: one strange word alone proves nothing
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_AROUND = ".,;:!?\"'()[]«»„“”‘’…¿¡-–—*"
# None of them is a frequent word of German, Dutch, Danish, French, Spanish, Portuguese or Italian: hence no "is", "of".
# fmt: off
_ENGLISH = frozenset((
    "about", "after", "again", "and", "any", "are", "because", "been", "before", "broken", "but", "can", "can't",
    "cannot", "charged", "could", "did", "does", "doesn't", "don't", "every", "everyone", "from", "get", "got", "has",
    "how", "i'm", "i've", "if", "into", "invoice", "invoices", "isn't", "it", "it's", "just", "more", "morning", "my",
    "never", "not", "nothing", "now", "one", "only", "or", "our", "out", "please", "refund", "should", "since",
    "some", "still", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "today",
    "tomorrow", "two", "up", "were", "what", "when", "where", "which", "who", "why", "with", "won't", "would",
    "wrong", "yesterday", "you", "your",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """A linear rule over the two signs; above zero a text is taken for foreign.

    Attributes:
        bias: Constant term.
        unknown: Weight of the share of words that the vocabulary does not hold whole.
        english: Weight of the share of frequent English words.
    """

    bias: float
    unknown: float
    english: float

    def is_foreign(self, text: str, knows: Callable[[str], bool]) -> bool:
        """Tell whether the text is in another language; `knows` as for `signs`."""
        unknown, english = signs(text, knows)
        return self.bias + self.unknown * unknown + self.english * english > 0


def signs(text: str, knows: Callable[[str], bool]) -> tuple[float, float]:
    """Return the shares of words that are unknown and of words that only English has, both in [0, 1).

    Args:
        text: Its beginning is read.
        knows: Whether the vocabulary holds a lower-case word whole.
    """
    words = prose(text)
    unknown = sum(not all(map(knows, word.replace("-", "'").split("'"))) for word in words)
    english = sum(word in _ENGLISH for word in words)
    size = len(words) + _PRIOR_WORDS
    return unknown / size, english / size


def prose(text: str) -> list[str]:
    """Return the words of running text in lower case: without names in camel case, short forms, paths and numbers."""
    tokens = (token.strip(_AROUND).replace("’", "'") for token in text[:_READ_CHARS].split())
    return [token.lower() for token in tokens if _WORD.fullmatch(token) and _is_plain(token)]


def _is_plain(word: str) -> bool:
    if len(word) > 1 and word.isupper():  # VPN is no word, URGENT and NOW are
        return len(word) > 5 or word.lower() in _ENGLISH
    return word[1:] == word[1:].lower()
