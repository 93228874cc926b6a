"""How attempts at a ticket are counted, and taken back; on memory and on a real Redis."""

from __future__ import annotations

from ticketrouter.ports import Begin


def test_attempts_run_out(world):
    item = world.item("a")
    world.accept(item)

    verdicts = [world.store.begin([item], max_attempts=2)[0].verdict for _ in range(4)]

    assert verdicts == [Begin.SCORE, Begin.SCORE, Begin.EXHAUSTED, Begin.EXHAUSTED]
    assert world.store.get("a").attempts == 2


def test_an_attempt_is_taken_back_only_from_what_is_still_queued(world):
    item, scored = world.item("a"), world.item("b")
    for one in (item, scored):
        world.accept(one)
        world.store.begin([one], max_attempts=3)
    world.store.commit([world.outcome(scored)])

    world.store.forgive(["a", "b", "gone"])
    world.store.forgive(["a"])

    assert [record.attempts for record in world.store.get_many(["a", "b"])] == [0, 1]
    assert world.store.get("gone") is None
