"""S: fusion, calibration, bands and the lane."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.lexicon import assess
from ticketrouter.domain.status import Lane
from ticketrouter.domain.urgency import BANDS, Fusion, band, band_bounds, from_lexicon_alone, interpolate, lane_for

FUSION = Fusion(0.02, 0.8, 0.05, 0.1, calibration_x=(0.0, 0.5, 0.9), calibration_y=(0.0, 0.4, 1.0))
# onnxruntime, loaded by other tests of this process, makes subnormals zero
probabilities = st.floats(0, 1, allow_subnormal=False)


@pytest.mark.parametrize(
    ("score", "word"),
    [(1, "critical"), (0.81, "critical"), (0.8, "high"), (0.61, "high"), (0.6, "normal"), (0.3, "low"), (0, "low")],
)
def test_bands_are_strict(score: float, word: str) -> None:
    assert band(score) == word


def test_the_lane_follows_the_provisional_score() -> None:
    assert lane_for(0.72) is Lane.EXPRESS
    assert lane_for(0.6) is Lane.STANDARD


@given(probabilities, probabilities)
def test_contributions_add_up_to_a_score_within_bounds(model: float, negative: float) -> None:
    urgency = FUSION.fuse(model, negative, assess("total outage"))
    assert 0 <= urgency.score <= 1
    assert sum(part.value for part in urgency.contributions) == pytest.approx(urgency.score, abs=1e-9)


def test_what_lowers_s_is_negative() -> None:
    fusion = Fusion(0.1, 0.8, -0.2, 0.1, calibration_x=(0.0, 1.0), calibration_y=(0.0, 0.5))
    terms = {part.term: part.value for part in fusion.fuse(0.5, 0.5, assess("")).contributions}
    assert (terms["base"], terms["model"], terms["sentiment"]) == (0.1, 0.4, -0.1)
    assert terms["calibration"] < 0


@given(probabilities, probabilities)
def test_more_impact_is_never_less_urgent(one: float, other: float) -> None:
    low, high = sorted((one, other))
    lexicon = assess("hello")
    assert FUSION.fuse(low, 0.5, lexicon).score <= FUSION.fuse(high, 0.5, lexicon).score + 1e-9


def test_the_words_that_counted_are_named() -> None:
    assert "words: outage" in [part.term for part in FUSION.fuse(1, 0, assess("outage")).contributions]
    assert from_lexicon_alone(assess("hello")).contributions[0].term == "words"


@pytest.mark.parametrize(("value", "result"), [(-1, 0), (0, 0), (0.25, 0.2), (0.5, 0.4), (0.7, 0.7), (2, 1)])
def test_interpolation_is_linear_between_and_flat_beyond(value: float, result: float) -> None:
    assert interpolate(value, FUSION.calibration_x, FUSION.calibration_y) == pytest.approx(result)


@pytest.mark.parametrize("word", BANDS)
def test_the_bounds_of_a_band_hold_what_it_names(word):
    low, high = band_bounds(word)

    assert (band(low) == word) is (low == 0)
    assert band(low + 0.0001) == band(high) == word


def test_the_bands_cover_everything_once():
    assert sum(high - low for low, high in map(band_bounds, BANDS)) == pytest.approx(1)
