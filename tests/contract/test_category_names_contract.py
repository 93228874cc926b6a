"""Categories may have any name: filters and figures find them; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.ports import TicketQuery


@pytest.mark.parametrize("name", ["Legal process", 'Straßen & "Wege"', "a:b", "🚧", "back\\slash", "支付"])
def test_a_ticket_is_found_and_counted_by_the_name_of_its_category(world, name):
    own, other = world.item("own"), world.item("other")
    world.accept(own, other)
    world.store.commit([world.outcome(own, 0.5, category=name), world.outcome(other, 0.5, category=f"{name}s")])

    found = world.views.find(TicketQuery(category=name)).records
    assert [(record.item.ticket.ticket_id, record.score.category) for record in found] == [("own", name)]
    assert world.views.stats(60)["by_category"] == {name: 1, f"{name}s": 1}
