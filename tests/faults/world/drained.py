"""Work off all that is left: everything answers again, nobody dies, and time jumps to the next thing to be done."""

from __future__ import annotations

from tests.faults.world.actions import Dispatch, Drain, Sweep, Switch, Work
from tests.faults.world.router import BATCH_SIZE, Router
from tests.faults.world.sqs import MAX_RECEIVES

ROUNDS = 400  # each is a jump in time; a ticket needs a few dozen at most


def work_off(router: Router, rounds: int = ROUNDS) -> None:
    """Let everybody work until nothing is left; raise AssertionError if that takes too long."""
    router.do(Switch("store", on=True))
    router.do(Switch("queues", on=True))
    for _ in range(rounds):
        _work_now(router)
        times = [*router.state.deadlines.values()]
        visible_ms = router.sqs.next_visible_ms()
        if visible_ms is None and not times:
            return
        waits_ms = [due_ms - router.clock.now_ms() for due_ms in times]
        if visible_ms is not None:
            waits_ms.append(round(visible_ms - router.clock.monotonic_ms()))
        router.clock.advance(ms=max(1, min(waits_ms)))
    raise AssertionError(f"after {rounds} rounds there is still work: {router.sqs.queues}, {router.state.deadlines}")


def _work_now(router: Router) -> None:
    """Do what can be done at this moment."""
    for queue in MAX_RECEIVES:
        router.do(Drain(queue))
    for lane in ("express", "standard"):
        while router.sqs.visible(lane):
            router.do(Work(lane, count=BATCH_SIZE))
    while router.sqs.visible("alerts"):
        router.do(Dispatch())
    if any(due_ms <= router.clock.now_ms() for due_ms in router.state.deadlines.values()):
        router.do(Sweep())
