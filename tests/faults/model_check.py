"""A model checker: hypothesis chooses what happens to the router and what goes wrong, and shrinks what breaks it.

The real use cases run on the twins of the store and of the queues (`tests.faults.world`), which pass the same contract
as Redis and SQS. A run is 50 steps: clients post (anew, again, other content under the same id, in batches), workers,
dispatchers and the reconciler take messages in any order and as copies, time passes, receivers refuse, the store is
wiped, store and queues are away. In each step up to two calls of a port can go wrong: the process dies before or after
the call, its reply is lost, it times out, the process stands still for longer than its lease, or others work meanwhile.
After each step, and when all that is left has been worked off, the invariants of `tests.faults.world.truth` must hold.

A run that breaks one is printed as the shortest list of steps that does; `python -m tests.faults model_check --seed N`
finds it again, and so does the line `@reproduce_failure(...)` that it prints, put above `RouterMachine` here, with
`python -m tests.faults.model_check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults.suite import Result
from tests.faults.world.actions import (
    HELD,
    Action,
    Dispatch,
    Drain,
    Pass,
    Post,
    Sweep,
    Switch,
    Wipe,
    Work,
    of_generation,
)
from tests.faults.world.drained import work_off
from tests.faults.world.faults import NOTHING, Fault, Plan
from tests.faults.world.router import Router
from tests.faults.world.sqs import DEAD
from tests.faults.world.truth import Truth
from ticketrouter.usecases.ingest import Draft

RUNS, STEPS = 2_000, 50
AWAY_STEPS = 4
LANES = "express", "standard"
DEAD_QUEUES = tuple(f"{queue}{DEAD}" for queue in (*LANES, "alerts"))

TEXTS = (
    "the export is slow",
    "urgent: nobody can pay",
    "urgent: checkout is down",
    "poison",
    "urgent: we are locked out",
)
DRAFTS = (
    *(Draft(text, ticket_id="a") for text in TEXTS[:3]),
    *(Draft(text, idempotency_key="b") for text in TEXTS[1:]),
    *(Draft(text, customer="acme") for text in TEXTS[:2]),
    Draft(TEXTS[2], ticket_id="c"),
    Draft(TEXTS[3], ticket_id="d"),
)
BATCHES = (*((draft,) for draft in DRAFTS), DRAFTS[1:4], (DRAFTS[1], DRAFTS[7], DRAFTS[8]), (DRAFTS[4], DRAFTS[4]))

# What others may do while a process is held up: what touches the same ticket or alert is what hurts.
_UNSENT = Plan({1: Fault.DIES_BEFORE}), Plan({1: Fault.TIMEOUT}), Plan({2: Fault.DIES_BEFORE})
_DIES_LATE = Plan({3: Fault.DIES_BEFORE})
POSTERS: tuple[Action, ...] = (
    *(Post(batch) for batch in BATCHES[:5]),
    *(Post(batch, plan) for batch in BATCHES[:5] for plan in _UNSENT),
)
WORKERS: tuple[Action, ...] = (
    Work("standard", HELD), Work("express", HELD), Work("express"), Work("express", HELD, plan=_DIES_LATE),
    Sweep(), Drain("express"),
)  # fmt: skip
DISPATCHERS: tuple[Action, ...] = (
    Dispatch(), Dispatch(HELD), Dispatch(HELD, answer=503), Dispatch(HELD, answer=400), Dispatch(HELD, plan=_DIES_LATE),
    Drain("alerts"),
)  # fmt: skip
AWAY = Switch("store", on=False), Switch("queues", on=False)


def _meanwhile(others: Sequence[Action], pause_s: int) -> list[tuple[Action, ...]]:
    """Return what may happen during a hold-up: others work at once, after a pause, or after a wipe."""
    ahead: tuple[tuple[Action, ...], ...] = ((), (Pass(pause_s),), (Wipe(),))
    alone = [(Wipe(),), *((one,) for one in AWAY)]
    return [*((other,) for other in others), *((*before, other) for before in ahead for other in others), *alone]


def _plans(calls: int, others: Sequence[tuple[Action, ...]]) -> st.SearchStrategy[Plan]:
    """Return what can go wrong in an invocation of so many calls: nothing, one thing, or two, one shortly after one."""
    one = [Plan({at: fault}) for at in range(calls) for fault in Fault if fault is not Fault.MEANWHILE]
    two = [
        Plan({at: first, at + gap: second})
        for at in range(calls - 1)
        for gap in (1, 2)
        for first in (Fault.STALLS, Fault.REPLY_LOST, Fault.TIMEOUT)
        for second in (Fault.DIES_BEFORE, Fault.DIES_AFTER, Fault.TIMEOUT)
    ]
    held_up = [Plan({at: Fault.MEANWHILE}, while_) for at in range(calls) for while_ in others]
    some = st.sampled_from(held_up)  # three shares, for what others do to the same ticket hurts most
    return st.one_of(
        st.just(NOTHING), st.sampled_from(one), some, some.map(_same), some.map(_same), st.sampled_from(two)
    )


def _same(plan: Plan) -> Plan:
    """Return the plan: `one_of` takes the same strategy only once."""
    return plan


posting = _plans(3, _meanwhile((*POSTERS, *WORKERS[:2]), 6))  # claim, send, confirm
working = _plans(6, _meanwhile((*WORKERS, *POSTERS[:5]), 400))  # begin, score, link, commit, send, mark
dispatching = _plans(5, _meanwhile(DISPATCHERS, 25))  # claim, admit, POST, (tell the fallback,) record
reconciling = _plans(5, _meanwhile(WORKERS, 400))  # overdue, depths, get, send, count
COPIES_AT_ONCE = tuple(Plan({at: Fault.MEANWHILE}, (other,)) for at in range(1, 4) for other in DISPATCHERS[1:5])
EVENTS = (
    Pass(1), Pass(6), Pass(25), Pass(61), Pass(200), Pass(400), Pass(400), Pass(3_700), Wipe(), *AWAY,
)  # fmt: skip

firsts = st.integers(0, 3)
flags = st.booleans()
answers = st.sampled_from((200, 200, 200, 503, 400, 0))


class RouterMachine(RuleBasedStateMachine):
    """The router, as hypothesis drives it."""

    change: ClassVar[Any] = staticmethod(lambda router: None)  # a mutation, to see that the machine finds it
    figures: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.router = Router(type(self).change)
        self.truth = Truth(self.router)
        self.away = 0  # steps for which something was
        self.figures["runs"] += 1

    def _step(self, action: Action) -> None:
        self.figures["steps"] += 1
        self.router.do(action)
        self.away += self.router.sqs.down or not self.router.state.available
        if self.away == AWAY_STEPS:  # long enough to be met by several, and not by most of a run
            self.away = 0
            self.router.do(Switch("store", on=True))
            self.router.do(Switch("queues", on=True))

    def _wait_for(self, queue: str) -> None:
        """Wait until there is something to receive, as an event source does."""
        first_ms = min(message.visible_at_ms for message in self.router.sqs.queues[queue].values())
        self.router.clock.advance(ms=max(0.0, first_ms - self.router.clock.monotonic_ms()))

    def _has(self, *queues: str) -> bool:
        return any(self.router.sqs.queues[queue] for queue in queues)

    @initialize(batch=st.sampled_from((*BATCHES[1:3], BATCHES[3], BATCHES[7])))
    def begins(self, batch: tuple[Draft, ...]) -> None:
        """Begin with alerts that wait: they are at the end of a long way."""
        self._step(of_generation(Post(batch), 0))
        self._step(Work("express"))

    @rule(post=st.sampled_from([Post(batch) for batch in BATCHES]), generation=st.integers(0, 5), plan=posting)
    def post(self, post: Post, generation: int, plan: Plan) -> None:
        self._step(of_generation(replace(post, plan=plan), generation))

    # Only what does something: else most steps would be for nothing.
    @precondition(lambda self: self._has("express", "standard"))
    @rule(lane=st.sampled_from(LANES), first=firsts, count=st.integers(1, 4), copied=flags, worker=flags, plan=working)
    def work(self, lane: str, **chosen: Any) -> None:
        lane = lane if self._has(lane) else LANES[1 - LANES.index(lane)]
        self._wait_for(lane)
        self._step(Work(lane, **chosen))

    @precondition(lambda self: self._has("alerts"))
    @rule(plan=st.sampled_from(COPIES_AT_ONCE))
    def dispatch_copies(self, plan: Plan) -> None:
        self._wait_for("alerts")
        self._step(Dispatch(plan=plan))

    @precondition(lambda self: self._has("alerts"))
    @rule(first=firsts, copied=flags, answer=answers, dispatcher=flags, plan=dispatching)
    def dispatch(self, **chosen: Any) -> None:
        self._wait_for("alerts")
        self._step(Dispatch(**chosen))

    @precondition(lambda self: self._has(*DEAD_QUEUES))
    @rule(plan=reconciling)
    def drain(self, plan: Plan) -> None:
        self._step(Drain(next(queue for queue in (*LANES, "alerts") if self._has(f"{queue}{DEAD}")), plan))

    @precondition(lambda self: any(due <= self.router.clock.now_ms() for due in self.router.state.deadlines.values()))
    @rule(plan=reconciling)
    def sweep(self, plan: Plan) -> None:
        self._step(Sweep(plan))

    @rule(event=st.sampled_from(EVENTS))
    def happens(self, event: Action) -> None:
        self._step(event)

    @invariant()
    def holds(self) -> None:
        self.truth.look()

    def teardown(self) -> None:
        if self.truth.broken:
            return  # what a step has broken is not to be hidden by what follows from it
        work_off(self.router)
        self.truth.at_the_end()
        self.figures.update(tickets=len(self.truth.promised), alerts=len(self.truth.accepted), wipes=self.truth.wipes)
        self.figures.update(deaths=self.router.faults.points.total(), doubles=self.truth.doubles)
        self.figures.update(doubles_excused=self.truth.excused.total())
        self.figures.update({f"fault {name}": times for name, times in self.router.faults.counts.items()})


def check(
    machine: type[RouterMachine], *, runs: int, steps: int = STEPS, seeded: int | None = None, shrink: bool = True
) -> None:
    """Run a machine; raises what breaks it.

    Args:
        machine: Which.
        runs: How many runs.
        steps: Of each.
        seeded: Of all chance; without it, the runs are the same each time.
        shrink: Look for the shortest run that breaks it.
    """
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        derandomize=seeded is None,
        database=None,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    run_state_machine_as_test(machine if seeded is None else seed(seeded)(machine), settings=chosen)


def run(seed: int, scale: float) -> Result:
    """Run the machine, 2,000 times 50 steps at full size."""

    class Seeded(RouterMachine):
        figures: ClassVar[Counter[str]] = Counter()

    broken = []
    try:
        check(Seeded, runs=max(1, round(RUNS * scale)), seeded=seed)
    except AssertionError as error:
        steps = "\n".join(getattr(error, "__notes__", []))
        broken.append(f"seed {seed}: {error}\n{steps}")
    return Result(dict(Seeded.figures), broken)


if __name__ == "__main__":
    check(RouterMachine, runs=RUNS)
