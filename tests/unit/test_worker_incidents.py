"""The worker and incidents: a storm is one message, nothing urgent is forgotten, whatever breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.storm_world import OTHER, STORM, Away, about_incidents, closing, post, say
from tests.unit.worker_world import World
from ticketrouter.adapters.memory import MemoryAlertQueue
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.usecases.incidents import Singly


def test_a_storm_is_told_singly_up_to_the_limit_then_as_one_incident() -> None:
    world = World()
    post(world, 25)

    assert [alert.ticket_id for alert in world.alerts.sent if alert.incident is None] == [f"t{n}" for n in range(10)]
    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 11), (IncidentPhase.GROWN, 2, 20)]
    incident_id = world.record("t10").incident_id
    assert incident_id is not None
    assert {world.record(f"t{n}").incident_id for n in range(25)} == {incident_id}, "also those told before"
    assert world.record("t5").suppressed == ()
    assert world.record("t15").suppressed == ("oncall",)
    assert world.record("t15").alerts == ()
    assert world.record("t15").similar[0][1] == 1.0


def test_without_a_search_for_incidents_each_one_is_told_singly() -> None:
    world = World(search=Singly())
    post(world, 25)

    assert [alert.ticket_id for alert in world.alerts.sent] == [f"t{n}" for n in range(25)]
    assert {world.record(f"t{n}").incident_id for n in range(25)} == {None}
    assert world.state.vectors == []


def test_an_incident_is_opened_once_though_a_destination_hears_of_it_later() -> None:
    world = World()
    text, worse = say(world, "it is down", STORM), say(world, "it is down for good", STORM, 0.98)
    reports = [world.work(world.message(f"t{n}", text)) for n in range(12)]
    reports.append(world.work(world.message("t12", worse)))
    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 11), (IncidentPhase.OPENED, 1, 13)]
    assert [grouped.opened for report in reports for grouped in report.grouped].count(1) == 1


def test_what_an_incident_quotes_is_redacted_before_it_is_cut() -> None:
    world = World()
    text = say(world, f"{'down ' * 26}my card is 4111 1111 1111 1111", STORM)  # the cut falls into the number
    world.work(*(world.message(f"t{n}", text) for n in range(10)))
    world.work(world.message("t10", text))
    (announced,) = [alert for alert in world.alerts.sent if alert.incident]
    assert announced.incident is not None
    assert len(announced.incident.samples) == 3
    assert not any("4111" in sample for sample in (*announced.incident.samples, announced.excerpt))


def test_unrelated_tickets_are_untouched() -> None:
    world = World()
    post(world, 15)
    post(world, 3, start=100, embedding=OTHER)
    assert [alert.ticket_id for alert in world.alerts.sent][-3:] == ["t100", "t101", "t102"]
    assert world.record("t100").incident_id is None


def test_a_ticket_that_comes_again_before_it_was_committed_carries_the_same_message() -> None:
    world = World()
    post(world, 10)
    message = world.message("t10", say(world, "down once more", STORM))
    unavailable = world.store.commit
    world.store.commit = _away  # type: ignore[method-assign]  # the worker dies between joining and commit
    assert world.work(message).failed == ["m-t10"]
    world.store.commit = unavailable  # type: ignore[method-assign]

    world.work(replace(message, receive_count=2))

    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 11)]
    assert world.record("t10").alerts[0].incident is not None


def _away(outcomes: object) -> list[None]:
    raise CacheUnavailableError("away")


def test_without_the_store_of_incidents_every_urgent_ticket_is_told_singly() -> None:
    world = World(incidents=Away)
    world.incidents.away = True  # type: ignore[attr-defined]
    text = say(world, "down", STORM)
    reports = [world.work(world.message(f"t{n}", text)) for n in range(15)]
    assert [alert.ticket_id for alert in world.alerts.sent] == [f"t{n}" for n in range(15)]
    assert sum(grouped.ungrouped for report in reports for grouped in report.grouped) == 15


def test_an_announcement_that_nobody_could_send_is_sent_by_the_reconciler() -> None:
    world = World(incidents=Away)
    post(world, 10)
    world.incidents.away = True  # type: ignore[attr-defined]
    post(world, 1, start=10)  # passes the limit, and does not hear of it
    world.incidents.away = False  # type: ignore[attr-defined]
    post(world, 3, start=11)

    assert closing(world).run() == [], "a worker has a minute to say that it has sent it"
    world.clock.advance(61)
    assert [incident.update for incident in closing(world).run()] == [1]
    assert closing(world).run() == []
    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 14)]


def test_a_quiet_incident_is_closed_and_its_summary_sent_once() -> None:
    world = World()
    post(world, 15)
    assert closing(world).run() == []
    world.clock.advance(901)

    assert [incident.count for incident in closing(world).run()] == [15]
    assert closing(world).run() == []
    assert about_incidents(world.alerts.sent)[-1] == (IncidentPhase.CLOSED, 2, 15)
    assert world.alerts.sent[-1].destination == "oncall"


def test_a_summary_that_the_queue_did_not_take_is_due_again_under_the_same_id() -> None:
    world = World()
    post(world, 15)
    world.clock.advance(901)
    world.alerts.lose_reply = lambda _: True
    assert closing(world).run() == []
    world.alerts.lose_reply = lambda _: False
    assert len(closing(world).run()) == 1
    assert world.alerts.sent[-1].webhook_id == world.alerts.sent[-2].webhook_id


def test_while_the_store_is_away_nothing_is_closed() -> None:
    world = World()
    post(world, 15)
    world.clock.advance(901)
    world.state.available = False
    assert closing(world).run() == []
    world.state.available = True
    assert len(closing(world).run()) == 1


def test_tickets_of_the_word_list_are_told_singly() -> None:
    world = World()
    post(world, 15, embedding=b"")
    assert [alert.incident for alert in world.alerts.sent] == [None] * 15


steps = st.one_of(
    st.tuples(st.just("post"), st.integers(1, 12), st.sampled_from([0.5, 0.85, 0.96])),
    st.tuples(st.sampled_from(["away", "back", "minute", "quiet", "ack", "resolve"]), st.just(0), st.just(0.0)),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(steps, max_size=25))
def test_nothing_urgent_is_forgotten(plan: list[tuple[str, int, float]]) -> None:
    """Whatever happens in whatever order: each urgent ticket is told singly, or by a message that counts it."""
    world = World(incidents=Away)
    posted: dict[str, float] = {}
    for what, tickets, urgency in plan:
        match what:
            case "post":
                post(world, tickets, start=len(posted), urgency=urgency)
                posted |= {f"t{n}": urgency for n in range(len(posted), len(posted) + tickets)}
            case "away" | "back":
                world.incidents.away = what == "away"  # type: ignore[attr-defined]
            case "minute" | "quiet":
                world.clock.advance(61 if what == "minute" else 901)
                closing(world).run()
            case action:
                for incident in world.incidents.find(status="", limit=100, cursor=None)[0]:
                    world.incidents.change(incident.id, IncidentAction(action))
    world.clock.advance(901)
    closing(world).run()

    _assert_told(world, [ticket_id for ticket_id, urgency in posted.items() if urgency > 0.8])


def _assert_told(world: World, urgent: Sequence[str]) -> None:
    alerts = world.alerts.sent
    singly = {alert.ticket_id for alert in alerts if alert.incident is None}
    counted: dict[str, int] = {}
    for alert in alerts:
        if alert.incident is not None:
            known = counted.get(alert.incident.incident_id, 0)
            counted[alert.incident.incident_id] = max(known, alert.incident.urgent_count)
    for incident_id, urgent_count in counted.items():
        incident = world.incidents.get(incident_id)
        assert incident is not None and incident.urgent_count == urgent_count, "the last message counts everybody"
    for ticket_id in urgent:
        record = world.record(ticket_id)
        assert ticket_id in singly or record.incident_id in counted, ticket_id
    updates = [(a.about, a.destination) for a in alerts if a.incident and a.incident.phase is IncidentPhase.GROWN]
    assert len(updates) == len(set(updates))


def test_the_queue_that_loses_everything_is_told_again_by_the_same_ticket() -> None:
    world = World()
    post(world, 10)
    assert isinstance(world.alerts, MemoryAlertQueue)
    world.alerts.down = True
    message = world.message("t10", say(world, "down once more", STORM))
    assert world.work(message).failed == ["m-t10"]
    world.alerts.down = False
    world.work(replace(message, receive_count=2))
    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 11)]
