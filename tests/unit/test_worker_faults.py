"""The worker among poison, dying processes and a store that goes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.worker_world import ARN, World
from ticketrouter.adapters.memory import MemoryDeadLetters, MemoryScorer, MemoryTicketStore
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.status import State
from ticketrouter.ports import Begun
from ticketrouter.usecases.worker import MAX_ATTEMPTS


@pytest.fixture
def world() -> World:
    return World()


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
    assert (report.failed, len(report.dead_lettered), len(report.scored)) == ([], 1, 2)
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
    assert world.visibility.delays_s == {"m-1": 5, "m-2": 5}, "a hiccup must not cost an urgent ticket minutes"
    world.state.available = True
    world.work(world.message("1", "fire", receive_count=2))
    assert world.record("1").attempts == 1


def test_an_outage_of_redis_burns_receives_no_faster_than_the_queues_own_pace(world: World) -> None:
    world.state.available = False
    assert world.work(world.message("1", "fire", receive_count=4)).failed == ["m-1"]
    assert world.visibility.delays_s == {}


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


class _Forgets(MemoryTicketStore):
    """A store that forgets everything while tickets are scored, and then hears of another one under the same id."""

    def __init__(self, world: World, other: Received) -> None:
        super().__init__(world.state)
        self.other = WorkItem.from_json(other.body)

    def _forget(self) -> None:
        self._state.rows.clear()
        super().begin([self.other], max_attempts=MAX_ATTEMPTS)

    def commit(self, outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        self._forget()
        return super().commit(outcomes)

    def fail(self, item: WorkItem, reason: str) -> bool:
        self._forget()
        return super().fail(item, reason)


@pytest.mark.parametrize(("text", "receive_count"), [("fire", 1), ("poison", MAX_ATTEMPTS)])
def test_a_ticket_whose_id_was_taken_while_it_was_scored_is_kept_for_an_operator(
    world: World, text: str, receive_count: int
) -> None:
    # Found by tests.faults.model_check: the message left its queue, though the ticket was neither final nor kept.
    message = world.message("1", text, receive_count=receive_count)
    for _ in range(receive_count - 1):
        world.store.begin([WorkItem.from_json(message.body)], max_attempts=MAX_ATTEMPTS)
    world.worker._store = _Forgets(world, world.message("1", "other words"))

    report = world.work(message)

    (letter,), _ = MemoryDeadLetters(world.state).find(limit=10, cursor=None)
    assert (letter.reason, letter.ticket_id, letter.body) == ("id-conflict", "1", message.body)
    assert (report.failed, report.scored, report.poisoned, world.alerts.sent) == ([], [], [], [])
    assert world.record("1").state is State.QUEUED, "the other ticket goes its own way"


def test_poison_that_the_store_forgets_while_it_is_given_up_comes_back(world: World) -> None:
    message = world.message("1", "poison", receive_count=MAX_ATTEMPTS)
    for _ in range(MAX_ATTEMPTS - 1):
        world.store.begin([WorkItem.from_json(message.body)], max_attempts=MAX_ATTEMPTS)
    world.store.fail = lambda item, reason: bool(world.state.rows.clear())  # type: ignore[method-assign]

    assert world.work(message).failed == ["m-1"]


class _LosesBegins(MemoryTicketStore):
    """A store that counts attempts, and whose replies are lost."""

    away = True

    def begin(self, items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        begun = super().begin(items, max_attempts=max_attempts)
        if self.away:
            raise CacheUnavailableError("no reply in time")
        return begun


def test_an_attempt_whose_beginning_was_not_answered_is_taken_back(world: World) -> None:
    # Found by tests.faults.outage, "redis_shaky": good tickets were given up as poison.
    store = _LosesBegins(world.state)
    world.worker._store = store
    message = world.message("1", "fire")
    for receive_count in range(1, 2 * MAX_ATTEMPTS):
        assert world.work(replace(message, receive_count=receive_count)).failed == ["m-1"]
        assert world.record("1").attempts == 1
    store.away = False
    assert world.work(replace(message, receive_count=20)).failed == []
    assert world.record("1").state is State.SCORED


class _FailsOnce(MemoryTicketStore):
    """A store that is away when a ticket is given up for the first time."""

    away = True

    def fail(self, item: WorkItem, reason: str) -> bool:
        if self.away:
            self.away = False
            raise CacheUnavailableError("no reply in time")
        return super().fail(item, reason)


def test_the_mates_of_poison_that_could_not_be_given_up_are_forgiven_their_attempt(world: World) -> None:
    poison = world.message("1", "poison", receive_count=1)
    for _ in range(MAX_ATTEMPTS - 1):
        world.store.begin([WorkItem.from_json(poison.body)], max_attempts=MAX_ATTEMPTS)
    world.worker._store = _FailsOnce(world.state)

    assert world.work(poison, world.message("2", "text")).failed == ["m-1", "m-2"]
    report = world.work(replace(poison, receive_count=2), world.message("2", "text", receive_count=2))

    assert (report.failed, report.poisoned) == ([], ["1"])
    assert world.record("2").attempts == 1
