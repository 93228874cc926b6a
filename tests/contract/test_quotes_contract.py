"""What messages about several tickets quote of a deleted one goes with it; on memory and on a real Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.test_incidents_contract import LIMIT, storm
from ticketrouter.domain.alert import Alert, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryVerdict

WORDS, OTHERS = "Nobody can pay. Ring ann@example.com", "It burns."
QUOTED = "Nobody can pay. Ring [email]"
DIGEST = f"dig_{'a' * 26}"


@pytest.fixture
def ticket(world):
    item = world.item("a", WORDS)
    world.accept(item)
    return item


def claim(world, alert: Alert, token: str = "t") -> None:
    assert world.deliveries.claim(alert, token=token, lease_ms=5_000).verdict is DeliveryVerdict.SEND


def digest_of(alert: Alert, *lines: DigestLine) -> Alert:
    facts = DigestFacts(DIGEST, count=2, since_ms=1, until_ms=2, next_at_ms=3, lines=lines)
    return replace(alert, ticket_id=DIGEST, subject="", excerpt="", customer="", digest=facts)


def about_incident(world, ticket) -> Alert:
    """Commit the ticket into an incident; return a message that quotes it."""
    incident = storm(world, LIMIT + 1)[-1].incident
    world.store.commit([world.outcome(ticket, incident_id=incident.id)])
    facts = replace(incident.facts(IncidentPhase.OPENED, incident.update), samples=(QUOTED, OTHERS))
    return replace(world.alert(ticket), ticket_id=incident.id, subject="", excerpt="", customer="", incident=facts)


def read(world, alert: Alert) -> Alert:
    (delivery,) = world.deliveries.of_ticket(alert.about, [alert.destination])
    assert delivery.status is DeliveryStatus.PENDING
    return delivery.alert


@pytest.mark.parametrize("told", ["oncall", "fallback"])
def test_a_digest_quotes_a_deleted_ticket_no_longer(world, ticket, told):
    alert = world.alert(ticket)
    world.store.commit([world.outcome(ticket, alerts=(alert,))])
    claim(world, alert)
    assert world.deliveries.hold(alert, token="t", digest_id=DIGEST, wait_ms=None)
    of_another = DigestLine("b", "Legal", 0.9, "Fire", OTHERS)
    digest = digest_of(alert, DigestLine("a", "Technical", 0.95, "Checkout", QUOTED), of_another)
    digest = replace(digest, destination=told)
    claim(world, digest)

    world.store.delete("a")

    assert read(world, digest) == replace(digest, digest=replace(digest.digest, lines=(of_another,)))


def test_a_message_about_its_incident_quotes_a_deleted_ticket_no_longer(world, ticket):
    message = about_incident(world, ticket)
    claim(world, message)

    world.store.delete("a")

    assert read(world, message).incident == replace(message.incident, samples=(OTHERS,))


def test_nor_does_a_digest_that_quotes_the_incident(world, ticket):
    message = about_incident(world, ticket)
    claim(world, message)
    assert world.deliveries.hold(message, token="t", digest_id=DIGEST, wait_ms=None)
    line = DigestLine(message.ticket_id, "Technical", 0.95, "Incident: 11 tickets", QUOTED)
    digest = digest_of(message, line)
    digest = replace(digest, incident=None)
    claim(world, digest)

    world.store.delete("a")

    assert read(world, digest).digest.lines == (replace(line, excerpt=""),)


def test_nor_does_the_record_of_the_ticket_that_announced_the_incident(world, ticket):
    announced = world.item("b")
    world.accept(announced)
    message = replace(about_incident(world, ticket), destination="oncall")
    (record,) = world.store.commit([world.outcome(announced, alerts=(message,), incident_id=message.ticket_id)])
    assert record.alerts == (message,)

    world.store.delete("a")

    left = replace(record, alerts=(replace(message, incident=replace(message.incident, samples=(OTHERS,))),))
    assert world.store.get("b") == left


def test_what_quotes_others_is_left_alone(world, ticket):
    message = about_incident(world, ticket)
    message = replace(message, incident=replace(message.incident, samples=(OTHERS,)))
    claim(world, message)
    world.store.delete("a")
    assert read(world, message) == message
