"""Incidents: one decision a ticket, whoever asks and how often; on memory and on a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from ticketrouter.adapters.system import SystemRandomness
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.errors import InvalidQueryError
from ticketrouter.domain.incident import IncidentAction, IncidentStatus
from ticketrouter.domain.joiner import Joiner, Neighbour, Verdict

LIMIT = 10
RANDOMNESS = SystemRandomness()


def joiner(world, number, like=(), **changes):
    chosen = {
        "category": "Technical",
        "urgency_score": 0.9,
        "urgent": True,
        "accepted_at_ms": world.clock.now_ms() - 1_000 + number,
        "excerpt": f"Ünal sagt {number}: es brennt",
        "destinations": ("oncall",),
        "neighbours": tuple(Neighbour(f"t{other}", 0.75) for other in like),
        **changes,
    }
    chosen.setdefault("close", len(chosen["neighbours"]))
    return Joiner(f"t{number}", f"inc_{RANDOMNESS.token()}", **chosen)


def storm(world, tickets, start=0, **changes):
    """Join tickets one by one, each like all before it."""
    made = [joiner(world, n, like=range(start, n), **changes) for n in range(start, start + tickets)]
    return [world.incidents.join([one])[0] for one in made]


def test_the_ticket_that_passes_the_limit_announces_the_incident_and_links_the_others(world):
    joined = storm(world, LIMIT + 2)

    assert [one.verdict for one in joined[:LIMIT]] == [Verdict()] * LIMIT
    assert joined[LIMIT].verdict == Verdict(("oncall",), (), IncidentPhase.OPENED, 1)
    assert joined[LIMIT + 1].verdict == Verdict((), ("oncall",))
    assert [len(one.link) for one in joined] == [0] * LIMIT + [LIMIT + 1, 0]

    incident = world.incidents.get(joined[0].incident.id)
    assert (incident.count, incident.urgent_count, incident.status) == (12, 12, IncidentStatus.OPEN)
    assert (incident.category, incident.update, incident.told) == ("Technical", 1, {"oncall": 1})
    assert next(iter(incident.samples.items())) == ("t0", "Ünal sagt 0: es brennt")
    assert incident == joined[-1].incident


def test_a_batch_is_judged_in_its_order(world):
    batch = [joiner(world, n, like=range(n)) for n in range(22)]
    joined = world.incidents.join(batch)
    assert [one.verdict.phase for one in joined].count(IncidentPhase.OPENED) == 1
    assert joined[19].verdict == Verdict(("oncall",), (), IncidentPhase.GROWN, 2)
    assert len({one.incident.id for one in joined}) == 1
    assert world.incidents.join([]) == []


def test_a_ticket_that_comes_again_gets_the_same_answer_and_is_counted_once(world):
    announcer = storm(world, LIMIT + 1)[-1]
    storm(world, 5, start=LIMIT + 1, neighbours=(Neighbour("t0", 0.9), *(Neighbour(f"t{n}", 0.9) for n in range(1, 9))))

    (again,) = world.incidents.join([joiner(world, LIMIT)])

    assert (again.verdict, again.link) == (announcer.verdict, announcer.link)
    assert (again.incident.id, again.incident.count) == (announcer.incident.id, LIMIT + 6)


def test_tickets_that_are_like_nobody_stay_alone(world):
    joined = [world.incidents.join([joiner(world, n)])[0] for n in range(LIMIT + 5)]
    assert len({one.incident.id for one in joined}) == LIMIT + 5
    assert {one.verdict for one in joined} == {Verdict()}
    assert world.incidents.find(status="", limit=10, cursor=None) == ([], None)
    assert world.incidents.get(joined[0].incident.id) is None, "a group is no incident"
    assert world.incidents.change(joined[0].incident.id, IncidentAction.ACK) is None


def test_a_chain_does_not_make_a_group(world):
    # Given tickets of which each is like the one before it alone
    joined = [world.incidents.join([joiner(world, n, like=[n - 1] if n else [])])[0] for n in range(40)]
    assert {one.verdict for one in joined} == {Verdict()}
    assert max(one.incident.count for one in joined) <= 3


def test_categories_news_and_destinations_are_decided_alike(world):
    storm(world, LIMIT + 2, urgency_score=0.85)
    like = range(LIMIT + 2)
    verdicts = [
        world.incidents.join([joiner(world, 100 + n, like=like, **changes)])[0].verdict
        for n, changes in enumerate(
            [
                {"category": "Legal", "urgency_score": 0.85},
                {"category": "Legal", "urgency_score": 0.85},
                {"urgency_score": 1.0},
                {"urgency_score": 1.0},
                {"destinations": ("oncall", "boss")},
                {"destinations": ()},
                {"urgent": False, "urgency_score": 0.4, "destinations": ()},
            ]
        )
    ]
    suppressed = Verdict((), ("oncall",))
    assert verdicts[:4] == [Verdict(), suppressed, Verdict(), suppressed]
    assert verdicts[4:] == [Verdict(("boss",), ("oncall",), IncidentPhase.OPENED, 1), Verdict(), Verdict()]


def test_what_is_no_duplicate_of_two_members_joins_and_is_told_singly(world):
    storm(world, LIMIT + 2)
    for close, verdict in ((0, Verdict()), (1, Verdict()), (2, Verdict((), ("oncall",)))):
        (joined,) = world.incidents.join([joiner(world, 60 + close, like=range(LIMIT + 2), close=close)])
        assert (joined.verdict, joined.incident.count) == (verdict, LIMIT + 3 + close)


def test_only_what_is_within_the_window_counts_for_the_limit(world):
    world.incidents = world.incidents_with(window_s=1)
    storm(world, LIMIT)
    world.wait_ms(1_100)
    (joined,) = world.incidents.join([joiner(world, 50, like=range(LIMIT))])
    incident = joined.incident
    assert (joined.verdict, incident.live, incident.count, incident.categories) == (Verdict(), 1, 1, {"Technical": 1})
    assert (list(incident.samples), [one.ticket_id for one in incident.early]) == (["t50"], ["t50"])


def test_of_workers_at_once_exactly_one_announces_each_step(world):
    barrier = Barrier(8)
    tickets = [joiner(world, n, like=[other for other in range(120) if other != n]) for n in range(120)]
    storm(world, 1, start=200)

    def work(worker):
        barrier.wait()
        return [one for at in range(worker, 120, 8) for one in world.incidents.join([tickets[at]])]

    with ThreadPoolExecutor(8) as pool:
        joined = [one for batch in pool.map(work, range(8)) for one in batch]

    announced = sorted(one.verdict.update for one in joined if one.verdict.announce)
    largest = max((one.incident for one in joined), key=lambda incident: incident.count)
    steps = sum(largest.urgent_count >= step for step in (LIMIT + 1, 20, 50, 100))
    assert announced == list(range(1, steps + 1))
    singly = sum(one.verdict == Verdict() for one in joined)
    suppressed = sum(bool(one.verdict.suppressed) for one in joined)
    assert singly + suppressed + len(announced) == 120


def test_an_operator_acknowledges_mutes_and_resolves(world):
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    assert world.incidents.change(incident_id, IncidentAction.ACK).status is IncidentStatus.ACKNOWLEDGED
    later = world.incidents.join([joiner(world, n, like=[*range(LIMIT + 1), *range(20, n)]) for n in range(20, 35)])
    assert {one.verdict for one in later} == {Verdict((), ("oncall",))}, "the twentieth would be told of"
    resolved = world.incidents.change(incident_id, IncidentAction.RESOLVE)
    assert (resolved.status, resolved.update) == (IncidentStatus.RESOLVED, 2)
    assert world.incidents.change(incident_id, IncidentAction.MUTE).status is IncidentStatus.RESOLVED
    assert world.incidents.change("inc_nowhere", IncidentAction.ACK) is None

    (joined,) = world.incidents.join([joiner(world, 300, like=range(LIMIT))])
    assert joined.incident.id != incident_id, "what is over takes nobody in"


def test_what_is_quiet_is_closed_and_its_summary_due_until_it_is_confirmed(world):
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.confirm(incident_id, 1, ["oncall"])
    assert world.incidents.due(quiet_ms=60_000) == []

    world.wait_ms(20)
    (closed,) = world.incidents.due(quiet_ms=10)
    assert (closed.id, closed.status, closed.update) == (incident_id, IncidentStatus.CLOSED, 2)
    assert [one.id for one in world.incidents.due(quiet_ms=10)] == [incident_id], "not confirmed"

    world.incidents.confirm(incident_id, 2, ["oncall"])
    world.incidents.confirm(incident_id, 1, ["oncall"])  # a late one takes nothing back
    assert world.incidents.due(quiet_ms=10) == []
    assert world.incidents.get(incident_id).confirmed == {"oncall": 2}


def test_of_a_muted_incident_nothing_is_due(world):
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.change(incident_id, IncidentAction.MUTE)
    world.wait_ms(20)
    assert world.incidents.due(quiet_ms=10) == []
    assert world.incidents.get(incident_id).status is IncidentStatus.CLOSED


def test_incidents_are_listed_newest_first_in_pages(world):
    ids = []
    for number in range(3):
        ids.append(storm(world, LIMIT + 1, start=1_000 * number)[-1].incident.id)
    world.incidents.change(ids[1], IncidentAction.ACK)

    first, cursor = world.incidents.find(status="", limit=2, cursor=None)
    rest, end = world.incidents.find(status="", limit=2, cursor=cursor)
    assert [one.id for one in (*first, *rest)] == ids[::-1]
    assert end is None
    acknowledged, _ = world.incidents.find(status="acknowledged", limit=10, cursor=None)
    assert [one.id for one in acknowledged] == [ids[1]]
    with pytest.raises(InvalidQueryError):
        world.incidents.find(status="", limit=2, cursor="no cursor")


def test_its_tickets_are_listed_and_one_that_is_deleted_leaves(world):
    incident_id = storm(world, LIMIT + 3)[-1].incident.id
    members = world.incidents.members(incident_id, 5)
    assert [one.ticket_id for one in members] == [f"t{n}" for n in range(12, 7, -1)]
    assert (members[0].similarity, members[0].urgency_score) == (0.75, 0.9)
    assert len(world.incidents.members(incident_id, 100)) == LIMIT + 3

    for ticket_id in ("t0", "t12", "stranger"):
        world.incidents.forget(ticket_id, None)

    assert {one.ticket_id for one in world.incidents.members(incident_id, 100)} == {f"t{n}" for n in range(1, 12)}
    incident = world.incidents.get(incident_id)
    assert list(incident.samples) == ["t1", "t2"]
    assert (incident.count, incident.live) == (LIMIT + 3, LIMIT + 1)


def test_a_deleted_ticket_of_a_group_that_is_no_incident_leaves_nothing(world):
    storm(world, 2)
    world.incidents.forget("t0", None)
    (joined,) = world.incidents.join([joiner(world, 5, like=[0, 1])])
    assert (joined.incident.count, [one.ticket_id for one in joined.incident.early]) == (2, ["t1", "t5"])
    assert list(joined.incident.samples) == ["t1", "t5"]


def test_many_neighbours_are_asked_in_one_call(world):
    storm(world, 1)
    many = tuple(Neighbour(f"far-{n}", 0.6) for n in range(199))
    ticket = replace(joiner(world, 7, like=[0]), neighbours=(Neighbour("t0", 0.9), *many))
    assert world.incidents.join([ticket])[0].incident.count == 2


def test_a_destination_that_hears_of_it_late_is_owed_that_message_until_it_is_queued(world):
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.confirm(incident_id, 1, ["oncall"])
    like = range(LIMIT + 1)
    (first,) = world.incidents.join([joiner(world, 50, like=like, destinations=("boss",))])
    (second,) = world.incidents.join([joiner(world, 51, like=like, destinations=("boss",))])
    assert (first.verdict.announce, second.verdict.suppressed) == (("boss",), ("boss",))

    # When the worker of the first one dies, the second one's only message is not known to be under way
    assert world.incidents.get(incident_id).owed == {"boss": 1}
    world.incidents.confirm(incident_id, 1, ["boss"])
    assert world.incidents.get(incident_id).owed == {}


def test_acknowledging_lifts_a_mute_and_brings_the_summary_back(world):
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.confirm(incident_id, 1, ["oncall"])
    like = range(LIMIT + 1)
    world.incidents.change(incident_id, IncidentAction.MUTE)
    (muted,) = world.incidents.join([joiner(world, 50, like=like, destinations=("oncall", "boss"))])
    assert muted.verdict == Verdict((), ("boss", "oncall"))
    world.incidents.change(incident_id, IncidentAction.ACK)
    (after,) = world.incidents.join([joiner(world, 51, like=like)])
    assert after.verdict == Verdict((), ("oncall",))

    world.incidents.change(incident_id, IncidentAction.RESOLVE)
    (due,) = world.incidents.due(quiet_ms=60_000)
    assert due.owed == {"boss": 2, "oncall": 2}, "it counts what was not told"


def test_what_is_muted_before_anybody_heard_of_it_is_not_announced(world):
    storm(world, LIMIT, urgency_score=0.5, urgent=False, destinations=())
    like = range(LIMIT)
    (first,) = world.incidents.join([joiner(world, 50, like=like)])
    world.incidents.change(first.incident.id, IncidentAction.MUTE)
    later = world.incidents.join([joiner(world, n, like=[*like, 50, *range(60, n)]) for n in range(60, 80)])
    assert {one.verdict for one in later} == {Verdict((), ("oncall",))}
    assert world.incidents.due(quiet_ms=-1_000) == []


def test_a_category_of_tickets_that_paged_nobody_is_still_news(world):
    storm(world, LIMIT, category="Legal", urgency_score=0.5, urgent=False, destinations=())
    end = 2 * LIMIT + 1
    world.incidents.join([joiner(world, n, like=range(n)) for n in range(LIMIT, end)])
    legal, again = world.incidents.join([joiner(world, end + n, like=range(end), category="Legal") for n in range(2)])
    assert legal.incident.announced_at_ms is not None
    assert (legal.verdict, again.verdict) == (Verdict(), Verdict((), ("oncall",)))


def test_a_ticket_that_is_deleted_long_after_it_joined_leaves_its_incident_too(redis_world, redis_admin):
    # Given that what a redelivered ticket would be answered is forgotten; of the twin, functional tests show it
    world = redis_world()
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    redis_admin.run([("DEL", "{incidents}:answers", "{incidents}:answered", "{incidents}:live")])

    world.incidents.forget("t0", incident_id)
    world.incidents.forget("t1", "inc_nowhere")

    assert "t0" not in {one.ticket_id for one in world.incidents.members(incident_id, 100)}
    assert list(world.incidents.get(incident_id).samples) == ["t1", "t2"]
