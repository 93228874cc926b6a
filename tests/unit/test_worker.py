"""Working through batches, on the twins in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDestinations,
    MemoryScorer,
    MemoryState,
    MemoryTicketStore,
    MemoryVisibility,
)
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import Begun, Scorer
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import MAX_ATTEMPTS, Worker, WorkReport

ARN = "arn:aws:sqs:eu-central-1:123456789012:tickets-standard"


class World:
    """A worker with everything around it. Texts with `fire` score 0.95, with `poison` they break the model."""

    def __init__(self, scorer: Scorer | None = None) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.store = MemoryTicketStore(self.state)
        self.scorer = MemoryScorer({"fire": 0.95, "edge": 0.8}, poison=["poison"])
        self.alerts = MemoryAlertQueue()
        self.visibility = MemoryVisibility()
        self.worker = Worker(
            store=self.store,
            scorer=GuardedScorer(scorer or self.scorer, self.clock),
            alerts=self.alerts,
            destinations=MemoryDestinations([Destination("oncall"), Destination("boss", threshold=0.97)]),
            dead_letters=MemoryDeadLetters(self.state),
            visibility=self.visibility,
            clock=self.clock,
        )

    def message(self, ticket_id: str, text: str, *, receive_count: int = 1, suffix: str = "") -> Received:
        item = WorkItem(Ticket(ticket_id, text), Lane.STANDARD, 0.2, self.clock.now_ms() - 40)
        return Received(f"m-{ticket_id}{suffix}", "receipt", ARN, item.to_json(), receive_count)

    def work(self, *messages: Received) -> WorkReport:
        return self.worker.work(messages, cold_start=False)

    def record(self, ticket_id: str) -> TicketRecord:
        record = self.store.get(ticket_id)
        assert record is not None
        return record


@pytest.fixture
def world() -> World:
    return World()


def test_a_batch_is_scored_at_once_and_committed(world: World) -> None:
    report = world.work(*(world.message(str(n), f"text {n}") for n in range(10)))
    assert report.failed == []
    assert len(world.scorer.batches) == 1
    assert len(report.scored) == 10
    record = world.record("3")
    assert (record.state, record.attempts, record.queue_ms) == (State.SCORED, 1, 40)
    assert record.score is not None
    assert record.score.model_version == "memory-1"


def test_an_urgent_ticket_is_alerted_once_to_each_destination_that_wants_it(world: World) -> None:
    world.work(world.message("1", "fire"), world.message("2", "calm"), world.message("3", "edge"))
    assert [(alert.ticket_id, alert.destination) for alert in world.alerts.sent] == [("1", "oncall")]
    assert world.record("1").alerts_enqueued
    assert world.record("3").alerts == (), "exactly 0.8 is not above it"


def test_a_redelivered_ticket_is_neither_scored_nor_alerted_again(world: World) -> None:
    message = world.message("1", "fire")
    world.work(message)
    first = world.record("1")
    report = world.work(replace(message, receive_count=2))
    assert (report.failed, report.duplicates) == ([], 1)
    assert world.record("1") == first
    assert len(world.alerts.sent) == 1
    assert len(world.scorer.batches) == 1


def test_alerts_that_were_not_enqueued_keep_the_message_until_they_are(world: World) -> None:
    world.alerts.down = True
    message = world.message("1", "fire")
    assert world.work(message, world.message("2", "calm")).failed == ["m-1"]
    assert world.record("1").state is State.SCORED

    world.alerts.down = False
    assert world.work(replace(message, receive_count=2)).failed == []
    assert [alert.ticket_id for alert in world.alerts.sent] == ["1"]


def test_a_message_that_nobody_can_read_is_kept_and_its_mates_are_scored(world: World) -> None:
    report = world.work(world.message("1", "text"), Received("m-x", "r", ARN, "{no", 1), world.message("2", "text"))
    assert (report.failed, report.dead_lettered, len(report.scored)) == ([], 1, 2)
    (letter,), _ = MemoryDeadLetters(world.state).find(limit=10, cursor=None)
    assert (letter.id, letter.reason, letter.body, letter.source) == (
        "m-x",
        "malformed-message",
        "{no",
        "tickets-standard",
    )


@pytest.mark.parametrize("position", range(10))
def test_poison_is_found_wherever_it_stands_and_only_it_comes_back(world: World, position: int) -> None:
    texts = ["text"] * 10
    texts[position] = "poison"
    report = world.work(*(world.message(str(n), text) for n, text in enumerate(texts)))
    assert report.failed == [f"m-{position}"]
    assert len(report.scored) == 9
    assert world.visibility.delays_s == {f"m-{position}": 20}


def test_poison_ends_as_failed_after_three_attempts(world: World) -> None:
    message = world.message("1", "poison")
    for attempt in range(1, MAX_ATTEMPTS):
        assert world.work(replace(message, receive_count=attempt)).failed == ["m-1"]
    report = world.work(replace(message, receive_count=MAX_ATTEMPTS))
    assert (report.failed, report.poisoned) == ([], ["1"])
    assert (world.record("1").state, world.record("1").failure) == (State.FAILED, "poison")
    assert world.work(replace(message, receive_count=4)).failed == [], "a failed ticket is acknowledged"


class _Dying:
    """A model that takes the process with it, as an exhausted memory does."""

    model_version = "dying"

    def __init__(self, healthy: MemoryScorer) -> None:
        self.healthy = healthy

    def score(self, texts: list[str]) -> list[object]:
        if any("killer" in text for text in texts):
            raise SystemExit
        return self.healthy.score(texts)  # type: ignore[return-value]


def test_a_ticket_that_kills_its_worker_is_isolated_and_given_up_alone() -> None:
    world = World(_Dying(MemoryScorer()))  # type: ignore[arg-type]
    messages = [world.message(str(n), "killer" if n == 4 else "text") for n in range(10)]
    deaths = 0
    for receive_count in range(1, 7):
        try:
            report = world.work(*(replace(message, receive_count=receive_count) for message in messages))
        except SystemExit:
            deaths += 1
        else:
            break
    assert deaths == MAX_ATTEMPTS
    assert report.failed == []
    assert [world.record(str(n)).state for n in range(10)].count(State.SCORED) == 9
    assert world.record("4").failure == "poison"


def test_without_redis_everything_comes_back_and_no_attempt_is_counted(world: World) -> None:
    world.state.available = False
    report = world.work(world.message("1", "fire"), world.message("2", "text"))
    assert report.failed == ["m-1", "m-2"]
    assert report.store_unavailable
    assert world.visibility.delays_s == {}, "an outage must not shorten visibility"
    world.state.available = True
    world.work(world.message("1", "fire", receive_count=2))
    assert world.record("1").attempts == 1


def test_one_ticket_twice_in_a_batch_is_scored_once(world: World) -> None:
    report = world.work(world.message("1", "fire"), world.message("1", "fire", suffix="-again"))
    assert report.failed == ["m-1-again"]
    assert world.work(world.message("1", "fire", suffix="-again", receive_count=2)).failed == []
    assert len(world.alerts.sent) == 1
    assert len(world.scorer.batches) == 1


def test_a_ticket_that_was_deleted_is_dropped_and_not_scored(world: World) -> None:
    message = world.message("1", "fire")
    world.work(message)
    world.store.delete("1")

    report = world.work(replace(message, message_id="m-resent", receive_count=2), world.message("2", "text"))

    assert (report.failed, report.duplicates, report.dead_lettered) == ([], 1, 0)
    assert [record.item.ticket.ticket_id for record, _ in report.scored] == ["2"]
    assert world.store.get("1") is None


class _Slow:
    """A model that takes so long that somebody deletes the first ticket meanwhile."""

    model_version = "slow"

    def __init__(self) -> None:
        self.world: World | None = None

    def score(self, texts: list[str]) -> list[object]:
        assert self.world is not None
        self.world.store.delete("1")
        return MemoryScorer({"fire": 0.95}).score(texts)  # type: ignore[return-value]


def test_a_ticket_that_is_deleted_while_it_is_scored_alerts_nobody() -> None:
    slow = _Slow()
    slow.world = world = World(slow)  # type: ignore[arg-type]

    report = world.work(world.message("1", "fire"), world.message("2", "fire"))

    assert (report.failed, report.duplicates) == ([], 1)
    assert [record.item.ticket.ticket_id for record, _ in report.scored] == ["2"]
    assert [alert.ticket_id for alert in world.alerts.sent] == ["2"]
    assert world.store.get("1") is None


def test_copies_of_a_final_ticket_are_all_acknowledged_at_once(world: World) -> None:
    world.work(world.message("1", "text"))

    report = world.work(*(world.message("1", "text", suffix=f"-{n}", receive_count=2) for n in range(3)))

    assert (report.failed, report.duplicates) == ([], 3)


def test_of_two_contents_under_one_new_id_the_first_is_scored_and_the_other_waits_for_it(world: World) -> None:
    other = world.message("1", "other words", suffix="-other")

    assert world.work(world.message("1", "text"), other, world.message("2", "text")).failed == ["m-1-other"]
    assert world.work(replace(other, receive_count=2)).dead_lettered == 1


def test_a_batch_is_begun_together_but_for_those_that_may_kill(world: World) -> None:
    calls: list[list[str]] = []
    begin = world.store.begin

    def spy(items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        calls.append([item.ticket.ticket_id for item in items])
        return begin(items, max_attempts=max_attempts)

    suspect = world.message("2", "poison")
    world.work(suspect)
    world.store.begin = spy  # type: ignore[method-assign]

    world.work(world.message("1", "text"), replace(suspect, receive_count=2), world.message("3", "text"))

    assert calls == [["1", "3"], ["2"]]


def test_other_content_under_a_known_id_is_kept_for_an_operator(world: World) -> None:
    world.work(world.message("1", "text"))
    report = world.work(world.message("1", "other words", suffix="-other"))
    assert (report.failed, report.dead_lettered) == ([], 1)
    (letter,), _ = MemoryDeadLetters(world.state).find(limit=10, cursor=None)
    assert (letter.reason, letter.ticket_id) == ("id-conflict", "1")


def test_a_broken_model_degrades_to_the_word_list_instead_of_failing_tickets(world: World) -> None:
    world.scorer.down = True
    report = world.work(world.message("1", "a total outage"), world.message("2", "hello"))
    assert report.failed == []
    score = world.record("1").score
    assert score is not None
    assert score.degraded
    assert score.urgency_score > 0.8
    assert len(world.alerts.sent) == 1


def test_copies_of_one_ticket_that_are_worked_on_at_once_are_no_poison(world: World) -> None:
    message = world.message("1", "fire")
    item = WorkItem.from_json(message.body)
    for _ in range(MAX_ATTEMPTS):
        world.store.begin([item], max_attempts=MAX_ATTEMPTS)  # three other workers hold a copy each

    report = world.work(replace(message, message_id="m-fourth"))

    assert (report.failed, report.poisoned) == (["m-fourth"], [])
    assert world.record("1").state is State.QUEUED


class _LosesCommits(MemoryTicketStore):
    """A store that goes away between begin and commit."""

    away = True

    def commit(self, outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        if self.away:
            raise CacheUnavailableError
        return super().commit(outcomes)


def test_outages_of_the_store_do_not_add_up_to_poison(world: World) -> None:
    store = _LosesCommits(world.state)
    world.worker._store = store
    message = world.message("1", "fire")
    for receive_count in range(1, 3 * MAX_ATTEMPTS):
        assert world.work(replace(message, receive_count=receive_count)).failed == ["m-1"]
        assert world.record("1").attempts <= 1
    store.away = False
    assert world.work(replace(message, receive_count=20)).failed == []
    assert world.record("1").state is State.SCORED
    assert [alert.ticket_id for alert in world.alerts.sent] == ["1"]


def test_a_ticket_that_somebody_else_finished_is_not_told_as_poison(world: World) -> None:
    message = world.message("1", "poison")
    item = WorkItem.from_json(message.body)
    for _ in range(MAX_ATTEMPTS - 1):
        world.store.begin([item], max_attempts=MAX_ATTEMPTS)
    world.store.fail = lambda item, reason: False  # type: ignore[method-assign]

    report = world.work(replace(message, receive_count=3))

    assert (report.failed, report.poisoned, report.duplicates) == ([], [], 1)
