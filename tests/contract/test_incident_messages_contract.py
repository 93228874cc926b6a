"""What people were told of an incident, read by its number and destinations; on memory and on a real Redis."""

from __future__ import annotations

from dataclasses import replace

from tests.incident_twins import unite
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.record import Attempt
from ticketrouter.domain.status import DeliveryStatus


def tell(world, incident, update, destination):
    """Deliver the message of this number."""
    facts = incident.facts(IncidentPhase.OPENED if update == 1 else IncidentPhase.GROWN, update)
    alert = replace(world.alert(world.item("i-10"), destination), incident=facts)
    world.deliveries.claim(alert, token="t", lease_ms=1_000)
    tried = Attempt(world.clock.now_ms(), 12.5, 200, None)
    assert world.deliveries.record(alert, tried, DeliveryStatus.DELIVERED, token="t", retry_in_ms=None)


def test_messages_come_newest_first_for_each_destination_that_is_told(world):
    incident = world.incidents.get(unite(world.incidents, world.clock.now_ms()))
    incident = replace(incident, update=3, told={"oncall": 3, "chat": 3})
    for update, destination in ((1, "oncall"), (2, "oncall"), (3, "chat"), (3, "oncall")):
        tell(world, incident, update, destination)

    found = world.deliveries.of_incident(incident, 20)

    ids = [f"{incident.id}~{told}" for told in ("3~chat", "3~oncall", "2~oncall", "1~oncall")]
    assert [delivery.id for delivery in found] == ids
    assert [delivery.id for delivery in world.deliveries.of_incident(incident, 2)] == ids[:3]


def test_an_incident_that_nobody_was_told_of_has_no_messages(world):
    incident = world.incidents.get(unite(world.incidents, world.clock.now_ms()))
    assert world.deliveries.of_incident(incident, 20) == []
    assert world.deliveries.of_incident(replace(incident, update=0, told={}), 20) == []
