"""Puts tickets into a stack's store as its functions would, without waiting for the model.

    python fill.py <redis url> scored 10000     tickets as a worker leaves them, one a second, the newest now
    python fill.py <redis url> failed 3         tickets whose message was lost, and that the reconciler gave up

Their ids are crowd-00000 …, lost-00000 …. Everything goes through the ports of the store.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterable, Sequence

from ticketrouter.adapters.redis_store import RedisClaims, RedisClient, RedisTicketStore
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.domain.urgency import Contribution

STORIES = (
    ("Technical", "Export is slow", "The export of last month's report takes ten minutes instead of one."),
    ("Billing", "Charged twice", "Our invoice of this month lists the same seat twice."),
    ("Legal", "Data request", "Please send me everything that you store about me."),
    ("General", "Opening hours", "Is the hotline open on the public holiday?"),
)
BATCH = 50  # a round trip has 250 ms, also on a busy machine


def main() -> None:
    """Read the command line, and fill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("redis_url")
    parser.add_argument("kind", choices=["scored", "failed"])
    parser.add_argument("count", type=int)
    asked = parser.parse_args()
    client = RedisClient(asked.redis_url, SystemClock())
    # No rate: it is none of these tickets' business.
    claims, store = RedisClaims(client, rate_limit_per_minute=60_000_000), RedisTicketStore(client)
    chance = random.Random(1)
    for items in _batches(_items(asked.kind, asked.count, chance)):
        claims.confirm(claims.claim(items, key_id="fill", token="fill"))
        if asked.kind == "scored":
            store.commit([_outcome(item, chance) for item in items])
        else:
            for item in items:
                store.fail(item, "dead-lettered")
    print(f"{asked.count} tickets {asked.kind}")


def _items(kind: str, count: int, chance: random.Random) -> Iterable[WorkItem]:
    name = "crowd" if kind == "scored" else "lost"
    first_ms = SystemClock().now_ms() - count * 1_000
    for number in range(count):
        _, subject, text = STORIES[number % len(STORIES)]
        ticket = Ticket(f"{name}-{number:05d}", f"{text} (case {number})", subject=subject, customer="crowd")
        lane = Lane.EXPRESS if chance.random() > 0.9 else Lane.STANDARD
        yield WorkItem(ticket, lane, 0.2, first_ms + number * 1_000)


def _batches(items: Iterable[WorkItem]) -> Iterable[Sequence[WorkItem]]:
    left = iter(items)
    while batch := list(itertools.islice(left, BATCH)):
        yield batch


def _outcome(item: WorkItem, chance: random.Random) -> Outcome:
    category = next(it[0] for it in STORIES if it[1] == item.ticket.subject)
    urgency, waited_ms = round(chance.betavariate(2, 5) * 0.79, 3), chance.randrange(20, 200)
    score = Score(
        category=category,
        category_confidence=0.9,
        needs_review=False,
        urgency_score=urgency,
        sentiment=chance.choice(("negative", "neutral", "positive")),
        sentiment_score=0.0,
        contributions=(Contribution("base", urgency),),
        model_version="fill",
    )
    started_ms = item.accepted_at_ms + waited_ms
    return Outcome(item, score, started_ms, started_ms + 20, 18.0, cold_start=False, alerts=())


if __name__ == "__main__":
    main()
