"""Stateless scoring: the pieces of a text and their weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.query_world import QueryWorld
from ticketrouter.adapters.memory import MemoryClock, MemoryScorer
from ticketrouter.domain.errors import NotFoundError
from ticketrouter.domain.ticket import clean
from ticketrouter.usecases.score import MAX_SEGMENTS, ScoreText, segments, without_each
from ticketrouter.usecases.scoring import GuardedScorer


def make(scorer: MemoryScorer, world: QueryWorld | None = None) -> ScoreText:
    world = world or QueryWorld()
    return ScoreText(scorer=GuardedScorer(scorer, world.clock), store=world.store, clock=MemoryClock())


@given(st.text())
def test_pieces_joined_are_the_text_and_few(text: str) -> None:
    pieces = segments(text)
    assert "".join(pieces) == text
    assert len(pieces) <= MAX_SEGMENTS
    assert all(pieces)


@given(st.lists(st.sampled_from(["word", "end.", "a,", "\n", "🔥", "。"]), max_size=400).map(" ".join))
def test_long_texts_of_many_clauses_are_cut_into_few(text: str) -> None:
    pieces = segments(text)
    assert "".join(pieces) == text
    assert len(pieces) <= MAX_SEGMENTS


def test_a_short_text_is_cut_into_words() -> None:
    assert segments("Checkout is down 🔥, help!") == ["Checkout ", "is ", "down ", "🔥, ", "help!"]


def test_clauses_stay_whole_before_short_ones_are_joined_and_long_ones_halved() -> None:
    text = "Hi, checkout is down for all of us since 9:00. We lose money! Please call me, Anna"
    assert segments(text, 5) == [
        "Hi, ", "checkout is down for all of us since 9:00. ", "We lose money! ", "Please call me, ", "Anna",
    ]  # fmt: skip
    assert segments(text, 3) == [
        "Hi, checkout is down for all of us since 9:00. ",
        "We lose money! ",
        "Please call me, Anna",
    ]
    assert segments(text, 6)[1:3] == ["checkout is down for ", "all of us since 9:00. "]


def test_what_the_models_do_not_read_is_one_piece() -> None:
    pieces = segments("It is down. " + "And so on. " * 100, read_chars=30)
    assert pieces[:4] == ["It ", "is ", "down. ", "And "]
    assert len(pieces) == MAX_SEGMENTS
    assert pieces[-1].startswith("And so on. And")


def test_families_of_emoji_are_never_torn() -> None:
    assert segments("our 👩‍👩‍👧 app") == ["our ", "👩‍👩‍👧 ", "app"]


def test_chinese_is_cut_at_its_own_punctuation() -> None:
    assert segments("支付系统坏了。所有客户都受影响，请帮忙！") == ["支付系统坏了。", "所有客户都受影响，", "请帮忙！"]


def test_each_piece_is_left_out_once() -> None:
    assert without_each(["a ", "b ", "c"]) == ["b c", "a c", "a b "]


def test_the_weight_of_a_piece_is_what_s_loses_without_it() -> None:
    scorer = MemoryScorer({"down": 0.9})
    scored = make(scorer).text("Checkout is down today")
    assert {part.text.strip(): part.weight for part in scored.segments} == {
        "Checkout": 0.0, "is": 0.0, "down": 0.65, "today": 0.0,
    }  # fmt: skip
    assert scored.score.urgency_score == 0.9
    assert [len(batch) for batch in scorer.batches] == [5]  # one batch: the whole and four without a piece


def test_the_text_is_scored_as_a_ticket_would_be_and_its_pieces_are_as_it_was_sent() -> None:
    scorer = MemoryScorer()
    text = "  pay\u202ement\r\nfailed\x00 "
    scored = make(scorer).text(text)
    assert scorer.batches[0] == [clean(text), "failed", "payment"]
    assert clean(text) == "payment\nfailed"
    assert [part.text for part in scored.segments] == ["  pay\u202ement\r\n", "failed\x00 "]


scripts = st.sampled_from(
    ["word", "end.", "a,", "\r\n", "\r", "\n\n", " ", "\t", "\u00a0", "\u2028", "\ufeff", "👩‍👩‍👧", "🇩🇪", "👍🏽", "ﬁ",
     "e\u0301\u0302", "שלום", "\u202bمرحبا\u202c", "。", "支付", "ไม่ได้"]
)  # fmt: skip


@given(st.lists(scripts, max_size=80).map("".join) | st.text(max_size=400))
def test_pieces_joined_are_the_text_as_it_was_sent_whatever_it_holds(text: str) -> None:
    scored = make(MemoryScorer()).text(text)
    assert "".join(part.text for part in scored.segments) == text


@given(st.lists(st.sampled_from(["👩‍👩‍👧", "🇩🇪", "e\u0301", "שלום", "word,", "支付。"]), max_size=60).map(" ".join))
def test_no_letter_loses_its_marks_and_no_emoji_its_parts(text: str) -> None:
    words = text.split()
    pieces = [word for piece in segments(text) for word in piece.split()]
    assert pieces == words


def test_when_one_piece_breaks_the_model_all_are_judged_by_words() -> None:
    scorer = MemoryScorer(poison=["poison"])
    scored = make(scorer).text("poison and an outage")
    assert scored.score.degraded
    weights = {part.text.strip(): part.weight for part in scored.segments}
    assert weights["outage"] > 0 and weights["and"] == 0


def test_a_ticket_is_scored_by_its_id_and_stays_as_it_is() -> None:
    world = QueryWorld()
    world.accept("t1", "the site is down")
    before = world.query.ticket("t1")
    scored = make(MemoryScorer({"down": 0.9}), world).ticket("t1")
    assert scored.score.urgency_score == 0.9
    assert world.query.ticket("t1") == before


@pytest.mark.parametrize("ticket_id", ["unknown", "{x}"])
def test_an_unknown_ticket_cannot_be_scored(ticket_id: str) -> None:
    with pytest.raises(NotFoundError):
        make(MemoryScorer()).ticket(ticket_id)


@pytest.mark.parametrize("text", [" " * 1_000_000 + "x", "x" + " " * 1_000_000, "\u2028\u2029" * 500_000 + "x y"])
def test_white_space_costs_as_many_looks_as_it_has_characters(text: str) -> None:
    """Read from each of its places it would take hours; the suite's time-out is the judge, and not a clock."""
    assert "".join(segments(text)) == text
