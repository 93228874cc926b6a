"""Urgency S in [0, 1]: what it is made of, which word names it, and when it alerts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ticketrouter.domain.lexicon import LexiconResult
from ticketrouter.domain.status import Lane

ALERT_THRESHOLD = 0.8  # an alert needs S strictly above it; a destination may raise it, never lower it
EXPRESS_THRESHOLD = 0.6

_FLOORS = ((0.8, "critical"), (0.6, "high"), (0.3, "normal"))
BANDS = (*(word for _, word in _FLOORS), "low")


def band(score: float) -> str:
    """Return the word for S: critical above .8, high above .6, normal above .3, else low."""
    return next((word for floor, word in _FLOORS if score > floor), "low")


def band_bounds(word: str) -> tuple[float, float]:
    """Return what a band lies above and what it goes up to; the lowest one begins at 0 and holds it."""
    tops = (1.0, *(floor for floor, _ in _FLOORS))
    floors = (*(floor for floor, _ in _FLOORS), 0.0)
    index = BANDS.index(word)
    return floors[index], tops[index]


def lane_for(provisional: float) -> Lane:
    """Choose the queue by the provisional urgency of the word list."""
    return Lane.EXPRESS if provisional > EXPRESS_THRESHOLD else Lane.STANDARD


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one term added to S (signed); all of a ticket's contributions add up to its S."""

    term: str
    value: float


@dataclass(frozen=True, slots=True)
class Urgency:
    """S with its explanation."""

    score: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Fusion:
    """How model, sentiment and word list become S. The numbers come from the bundle's manifest.

    Attributes:
        bias: Constant term.
        model: Weight of the model's expected urgency in [0, 1].
        sentiment: Weight of P(negative) in [0, 1].
        lexicon: Weight of the word list's score in [0, 1].
        calibration_x: Ascending raw values.
        calibration_y: S at each of them, not descending; S between them is linear.
    """

    bias: float
    model: float
    sentiment: float
    lexicon: float
    calibration_x: Sequence[float] = (0.0, 1.0)
    calibration_y: Sequence[float] = (0.0, 1.0)

    def fuse(self, model: float, negative: float, lexicon: LexiconResult) -> Urgency:
        """Return S and what each part added to it.

        Args:
            model: The model's expected urgency in [0, 1].
            negative: P(negative) in [0, 1].
            lexicon: What the word list says.
        """
        parts = [
            Contribution("base", self.bias),
            Contribution("model", self.model * model),
            Contribution("sentiment", self.sentiment * negative),
            _of_words(lexicon, self.lexicon),
        ]
        raw = sum(part.value for part in parts)
        score = round(min(1.0, max(0.0, interpolate(raw, self.calibration_x, self.calibration_y))), 4)
        shown = [Contribution(part.term, round(part.value, 4)) for part in parts]
        rest = round(score - sum(part.value for part in shown), 4)  # with it they add up to S as it is shown
        return Urgency(score, (*shown, Contribution("calibration", rest)))


def interpolate(value: float, x: Sequence[float], y: Sequence[float]) -> float:
    """Return the piecewise linear y at `value`; beyond the ends, y of the end. `x` ascends strictly."""
    if value <= x[0]:
        return y[0]
    if value >= x[-1]:
        return y[-1]
    right = bisect_right(x, value)
    share = (value - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])


def from_lexicon_alone(lexicon: LexiconResult) -> Urgency:
    """Return S when no model can answer."""
    return Urgency(lexicon.score, (_of_words(lexicon, 1.0),))


def _of_words(lexicon: LexiconResult, weight: float) -> Contribution:
    """Return what the word list added, named by the first words that counted."""
    words = ", ".join(dict.fromkeys(term.text for term in lexicon.terms[:4]))
    return Contribution(f"words: {words}" if words else "words", weight * lexicon.score)
