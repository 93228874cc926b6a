"""What is left of a ticket that was deleted."""

from __future__ import annotations

from tests.faults import deletion


def test_a_deleted_ticket_leaves_no_word_no_embedding_and_its_id_only_where_it_must_be() -> None:
    result = deletion.run(seed=1, scale=0.1)

    assert result.broken == []
    assert result.figures["victims"] >= 9
    # The search sees everything: before the deletion an id stands in many more kinds of places.
    assert result.figures["kinds_of_places_before"] > 3 * len(result.figures["kinds_of_places_after"])
