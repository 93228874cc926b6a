"""The word list: what can be said about urgency in microseconds, without a model.

It chooses the lane, gives the provisional urgency of the 202, is one term of the final score, and stands in when the
model cannot answer. Whole words only ("download" is not "down"), and a negation in front, or a word of resolution
behind, takes a term away ("not urgent", "the outage is over").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Levels of the cascade: a text scores as its highest level. Source: the urgency rubric (DESIGN.md, section 4).
CRITICAL, HIGH, MEDIUM = 0.95, 0.72, 0.5
QUIET = 0.2

# fmt: off
_LEVELS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (
        CRITICAL,
        (
            r"outages?", r"(?:data |security )?breach(?:es|ed)?", r"data (?:loss|leak)s?", r"leaked", r"hacked",
            r"compromised", r"ransomware", r"exfiltrat\w+", r"(?:is|are|went|goes|completely|totally|still) down",
            r"down for (?:all|every\w*)", r"(?:nobody|no one|none of (?:us|our))(?: [\w,]+){0,4} can",
            r"(?:data|invoices?|records?|orders?|files?) (?:of|from) (?:other|another|different) \w+",
            r"(?:all|every) (?:of our )?(?:users?|customers?|staff|sites?|stores?|locations?)",
            r"(?:other|another|different|wrong) (?:customer|patient|user|tenant|compan)\w*['’]?s?['’]? "
            r"(?:data|invoices?|records?|orders?|accounts?|files?|results?|messages?)",
            r"security (?:hole|incident|vulnerability)", r"vulnerability", r"exposed", r"injur(?:y|ed|ies)",
            r"subpoena", r"search warrant", r"court order", r"on fire", r"overdose", r"emergency",
        ),
    ),
    (
        HIGH,
        (
            r"urgent(?:ly)?", r"asap", r"immediately", r"blocked", r"blocking", r"locked out",
            r"(?:cannot|can['’]?t) (?:log|sign) in", r"losing (?:customers|money|sales|orders)", r"production",
            r"deadline", r"(?:by|before|until) (?:tonight|today|tomorrow|noon|midnight|end of (?:the )?day|eod)",
            r"tonight", r"critical", r"unauthori[sz]ed", r"fraud\w*", r"stolen", r"crash(?:es|ed|ing)?",
            r"charged twice",
        ),
    ),
    (
        MEDIUM,
        (
            r"errors?", r"issues?", r"problems?", r"fail(?:s|ed|ing|ures?)?", r"broken", r"bugs?", r"delay(?:s|ed)?",
            r"not working", r"does(?:n['’]t| not) work", r"refund(?:s|ed)?", r"wrong(?:ly)?", r"overcharged", r"stuck",
            r"slow(?:ly|er)?", r"missing", r"cannot", r"can['’]?t",
        ),
    ),
)
# fmt: on
_TERMS = [(level, re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.I)) for level, words in _LEVELS]
_NEGATION = re.compile(
    r"(?:\b(?:no|not|never|without|nothing(?: is)?|isn['’]?t|wasn['’]?t|aren['’]?t|non|false|if there (?:is|was) an?)"
    r"(?: (?:a|an|the|any|at all|really|so|very|that|been|longer|more))*[ -])$",
    re.I,
)
_RESOLUTION = re.compile(
    r"\b(?:resolved|solved|fixed|sorted|false alarm|no longer|works (?:again|now)|working again|back up|is over"
    r"|all good|never ?mind|drill|rehears\w+|post-?mortem|thanks for (?:fixing|solving|sorting))\b",
    re.I,
)
_SCANNED_CHARS = 4_000  # a ticket says what it is about early; bounds the time on the 202 path


@dataclass(frozen=True, slots=True)
class LexiconTerm:
    """One term that was found and counts."""

    text: str
    level: float


@dataclass(frozen=True, slots=True)
class LexiconResult:
    """What the word list says of a text.

    Attributes:
        score: In [0, 1].
        terms: The terms of the deciding level, in order of appearance.
        resolved: Whether the text says that the matter is over; the score is then low.
    """

    score: float
    terms: tuple[LexiconTerm, ...] = ()
    resolved: bool = False


def assess(text: str) -> LexiconResult:
    """Score a text by its words alone."""
    head = text[:_SCANNED_CHARS]
    resolved = _RESOLUTION.search(head) is not None
    for level, pattern in _TERMS:
        terms = tuple(
            LexiconTerm(match.group().lower(), level)
            for match in pattern.finditer(head)
            if not _NEGATION.search(head[max(0, match.start() - 40) : match.start()])
        )
        if terms:
            return LexiconResult(QUIET if resolved else level, terms, resolved)
    return LexiconResult(0.0 if resolved else QUIET, (), resolved)


_CATEGORIES = (
    ("Legal", r"legal|gdpr|ccpa|dpa|lawyers?|attorneys?|court|subpoena|lawsuit|trademark|copyright|contracts?|privacy"),
    (
        "Billing",
        r"bill(?:ed|ing)?|invoices?|refund(?:s|ed)?|charged?|payments?|subscriptions?|credit card|price|pricing",
    ),
    (
        "Technical",
        r"errors?|bugs?|crash\w*|down|outage|api|log ?in|sign ?in|password|slow|fail\w*|broken|server|breach",
    ),
)
_CATEGORY_TERMS = [(name, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I)) for name, words in _CATEGORIES]


def guess_category(text: str) -> str:
    """Return the default category whose words appear most; General without any. For want of a model only."""
    hits = {name: len(pattern.findall(text[:_SCANNED_CHARS])) for name, pattern in _CATEGORY_TERMS}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] else "General"
