"""From a scored ticket to its alerts: what leaves the worker is redacted before it is cut."""

from __future__ import annotations

import pytest

from ticketrouter.domain.alert import EXCERPT_CHARS, Destination, alerts_for, redacted_excerpt
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import Ticket
from ticketrouter.domain.urgency import Contribution

SCORE = Score("Technical", 0.9, False, 0.95, "neutral", 0.0, (Contribution("model", 0.95),), "v1")
CARD = "4111 1111 1111 1111"


def alerts(ticket: Ticket, *destinations: Destination, score: Score = SCORE):
    return alerts_for(ticket, score, destinations, accepted_at_ms=1, scored_at_ms=2, epoch=1)


def test_subject_excerpt_and_customer_leave_redacted():
    ticket = Ticket("1", f"It is {CARD}.", "For ann@example.com", "ann@example.com")
    (alert,) = alerts(ticket, Destination("oncall"))
    assert (alert.subject, alert.excerpt, alert.customer) == ("For [email]", "It is [card].", "[email]")


@pytest.mark.parametrize("before", range(EXCERPT_CHARS - 25, EXCERPT_CHARS + 2))
def test_a_number_on_the_edge_of_the_excerpt_is_redacted_before_it_is_cut(before):
    text = f"{'x' * before} {CARD} and more"
    assert "4111" not in redacted_excerpt(text)
    assert len(redacted_excerpt(text)) <= EXCERPT_CHARS


def test_a_number_on_two_lines_is_one():
    assert redacted_excerpt("Card 4111 1111\n1111 1111 declined") == "Card [card] declined"


def test_a_long_text_shows_its_beginning_alone():
    assert redacted_excerpt(f"{'word ' * 3_000}{CARD}").startswith("word word")
    assert redacted_excerpt(f"{'1 ' * 1_990}{CARD}").count("4111") == 0


def test_a_destination_that_does_not_want_it_is_sent_none():
    assert alerts(Ticket("1", "x"), Destination("legal", categories=("Legal",))) == []
