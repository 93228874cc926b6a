"""Order and cursors of lists."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.errors import InvalidQueryError
from ticketrouter.domain.listing import TicketQuery, decode_cursor, encode_cursor, rank_bounds, urgency_rank

NOW_MS = 1_763_700_000_000
times_ms = st.integers(min_value=NOW_MS - 10**10, max_value=NOW_MS + 10**10)
urgencies = st.integers(min_value=0, max_value=10_000).map(lambda n: n / 10_000)


@given(urgencies, times_ms, urgencies, times_ms)
def test_urgency_ranks_before_time_and_a_double_holds_the_rank(urgency, at_ms, other_urgency, other_at_ms):
    rank, other = urgency_rank(urgency, at_ms), urgency_rank(other_urgency, other_at_ms)

    assert (rank < other) == ((urgency, at_ms) < (other_urgency, other_at_ms))
    assert int(float(rank)) == rank < 2**53


@given(urgencies, times_ms, urgencies, urgencies)
def test_the_bounds_never_cut_off_what_the_filter_keeps(urgency, at_ms, low, high):
    bottom, top = rank_bounds(TicketQuery(sort="-urgency_score", min_urgency=low, max_urgency=high))

    assert (bottom <= urgency_rank(urgency, at_ms) <= top) == (low <= urgency <= high)


@given(st.integers(), st.from_regex(r"[A-Za-z0-9._:~-]{0,140}", fullmatch=True))
def test_a_cursor_reads_back(rank, member):
    cursor = encode_cursor("-accepted_at", rank, member)

    assert decode_cursor("-accepted_at", cursor) == (rank, member)
    assert cursor.isascii() and "=" not in cursor
    with pytest.raises(InvalidQueryError):
        decode_cursor("accepted_at", cursor)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_cursors(text):
    with pytest.raises(InvalidQueryError):
        decode_cursor("list", text)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"list\nx\nid", b"list\n1", b"list\n1\nid\nmore"])
def test_what_only_looks_like_a_cursor_is_refused(content):
    with pytest.raises(InvalidQueryError):
        decode_cursor("list", base64.urlsafe_b64encode(content).decode())
