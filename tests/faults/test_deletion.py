"""What is left of a ticket that was deleted; and whether the search finds what a deletion has forgotten."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from tests.faults import deletion
from ticketrouter.adapters.redis_store import RedisIncidents, tickets


def test_a_deleted_ticket_leaves_no_word_no_embedding_and_its_id_only_where_it_must_be() -> None:
    result = deletion.run(seed=1, scale=0.1)

    assert result.broken == []
    assert result.figures["victims"] >= 9
    # The search sees everything: before the deletion an id stands in many more kinds of places.
    assert result.figures["kinds_of_places_before"] > 3 * len(result.figures["kinds_of_places_after"])


@pytest.mark.slow
def test_a_deletion_that_forgets_something_is_reported() -> None:
    with (
        patch.object(tickets, "forget_quotes", lambda client, record: None),
        patch.object(RedisIncidents, "forget", lambda self, ticket_id, incident_id: None),
    ):
        broken = deletion.run(seed=1, scale=0.1).broken

    for place in ("words of .* in ticket:", "words of .* in \\{incidents\\}:groups", "the embedding of .* :window"):
        pattern = place.replace(" :window", " in \\{incidents\\}:window")
        assert any(deletion.re.search(pattern, sentence) for sentence in broken), (pattern, broken)
