"""The sieve before a filter: it may pass too much, never too little."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.sieve import Sieve
from ticketrouter.domain.listing import SORTS, TicketQuery, urgency_of, urgency_rank
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import Ticket

NOW_MS = 1_763_700_000_000

# Few letters, so that words are often found; among them what JSON escapes and what case folding makes longer.
texts = st.text(alphabet='aAbB "\\/\n\t\x1f\x7fßẞŁłİı{}:,é🔥ſK', min_size=1, max_size=8)
labels = st.sampled_from(["Billing", 'Bil"ling', "Rückfrage\\", "Technical"])
units = st.integers(min_value=0, max_value=20).map(lambda n: n / 20)
times_ms = st.integers(min_value=NOW_MS - 5, max_value=NOW_MS + 5)


@st.composite
def records(draw):
    ticket = Ticket("t", draw(texts), subject=draw(st.just("") | texts), customer=draw(st.just("") | texts))
    record = TicketRecord(WorkItem(ticket, Lane.EXPRESS, draw(units), draw(times_ms)), draw(st.sampled_from(State)))
    if record.state is not State.SCORED:
        return record
    sentiment = draw(st.sampled_from(["negative", "neutral"]))
    score = Score(draw(labels), 0.9, False, draw(units), sentiment, -0.5, (), "1", degraded=False)
    return replace(record, score=score)


def queries(record):
    words = record.item.ticket.text.split()
    return st.builds(
        TicketQuery,
        text=st.just("") | texts | st.sampled_from([" ".join(words), " ".join(words).upper(), *words]),
        status=st.sampled_from(["", "accepted", "scored", "failed"]),
        category=st.just("") | labels,
        sentiment=st.sampled_from(["", "negative", "neutral"]),
        customer=st.just("") | st.just(record.item.ticket.customer) | texts,
        min_urgency=st.none() | units,
        max_urgency=st.none() | units,
        since_ms=st.none() | times_ms,
        until_ms=st.none() | times_ms,
        sort=st.sampled_from(SORTS),
    )


class OneTicket:
    """A Redis that holds one ticket, and both of its ranks."""

    def __init__(self, record):
        item, score = record.item, record.score
        self.fields = {"item": item.to_json().encode(), "state": record.state.value.encode()}
        if score is not None:
            outcome = Outcome(item, score, item.accepted_at_ms, item.accepted_at_ms, 1.0, False, ())
            self.fields["outcome"] = encoding.encode_outcome(outcome).encode()
        self.ranks = {
            keys.ACCEPTED: item.accepted_at_ms,
            keys.URGENCY: urgency_rank(urgency_of(record), item.accepted_at_ms),
        }

    def run(self, commands):
        return [getattr(self, command[0])(*command[1:]) for command in commands]

    def ZMSCORE(self, index, *members):
        return [str(self.ranks[index]).encode() for _ in members]

    def HGET(self, key, name):
        return self.fields.get(name)

    def HMGET(self, key, *names):
        return [self.fields.get(name) for name in names]


@given(st.data())
def test_what_the_filter_keeps_the_sieve_passes(data):
    record = data.draw(records())
    query = data.draw(queries(record))

    passed = Sieve(OneTicket(record), query).sift([(1, "t")])

    assert passed == [(1, "t")] or not query.keeps(record)


SCORED = TicketRecord(
    WorkItem(Ticket("t", "Charged twice", customer="ada"), Lane.STANDARD, 0.2, NOW_MS),
    State.SCORED,
    score=Score("Billing", 0.9, False, 0.5, "negative", -0.5, (), "1", degraded=False),
)


def test_each_filter_is_looked_at():
    refusing = [
        {"text": "charged thrice"}, {"status": "failed"}, {"category": "Legal"}, {"sentiment": "positive"},
        {"customer": "bob"}, {"min_urgency": 0.6}, {"max_urgency": 0.4},
        {"since_ms": NOW_MS + 1, "sort": "urgency_score"}, {"until_ms": NOW_MS, "sort": "-urgency_score"},
    ]  # fmt: skip

    assert [Sieve(OneTicket(SCORED), TicketQuery(**one)).sift([(1, "t")]) for one in refusing] == [[]] * len(refusing)


def test_without_a_filter_nothing_is_asked():
    class Silent:
        def run(self, commands):
            raise AssertionError(commands)

    assert Sieve(Silent(), TicketQuery()).sift([(1, "t")]) == [(1, "t")]
    assert Sieve(Silent(), TicketQuery(min_urgency=0.5, sort="-urgency_score")).sift([(1, "t")]) == [(1, "t")]
    assert Sieve(Silent(), TicketQuery(min_urgency=0.5)).sift([]) == []
