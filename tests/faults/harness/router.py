"""The whole router in processes that may die, with all that Lambda, SQS and the receivers do around them.

This process is SQS, the event sources, the receivers and the schedule; it kills, and it writes the journal.
"""

from __future__ import annotations

import contextlib
import gc
import selectors
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.faults.harness.invocations import Ask, Kills, States, subject_of
from tests.faults.harness.journal import Journal, Kind
from tests.faults.harness.moved_time import MovedTime
from tests.faults.harness.queues import EventSource, RouterQueues, event_of, failures_in
from tests.faults.harness.receivers import Receivers
from tests.faults.harness.sandbox import Invocation, Sandbox
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.wiring import FUNCTIONS, TIMEOUTS_MS, Place
from tests.servers import RedisServer
from ticketrouter.domain.errors import RouterError
from ticketrouter.domain.message import Received

SCHEDULE_MS = 60_000  # of the reconciler, in template.yaml
BATCH_SIZES = {"worker": 10, "dispatcher": 1, "reconciler": 10}  # of template.yaml


class Router:
    """All functions, and what feeds them.

    Args:
        place: Where the functions run.
        time: Their time.
        redis: Their Redis.
        sizes: How many sandboxes each function has.
    """

    sqs: SqsDouble
    journal: Journal

    def __init__(self, place: Place, time: MovedTime, redis: RedisServer, sizes: Mapping[str, int]) -> None:
        self._place, self.time, self.redis = place, time, redis
        self._states = States(redis.url)
        self._selector = selectors.DefaultSelector()
        self._idle: dict[str, list[Sandbox]] = {function: [] for function in sizes}
        for function, count in sizes.items():
            for _ in range(count):
                self._fork(function)

    def begin(self, sqs: SqsDouble, receivers: Receivers, journal: Journal, kills: Kills) -> None:
        """Begin a run, in sandboxes that are warm from the one before.

        Args:
            sqs: The functions' SQS, with the queues of `place`.
            receivers: Whom they alert.
            journal: What happens is written here.
            kills: Who dies when.
        """
        self.sqs, self._receivers, self.journal, self._kills = sqs, receivers, journal, kills
        self._sources = _sources(sqs, self._place.queues)
        self._doomed: list[tuple[float, Sandbox, Invocation]] = []
        self.busy = 0
        self.redis_died_ms, self.redis_is_up = -1.0, True
        self.raised: list[str] = []  # what handlers let through
        self.next_schedule_ms = self.time.monotonic_ms() + SCHEDULE_MS
        sqs.taken = self._note_taken

    # --- what there is to do -----------------------------------------------------------------------------------------

    def idle(self, function: str) -> bool:
        """Tell whether a sandbox of this function waits for work."""
        return bool(self._idle[function])

    def invoke(
        self, function: str, event: Any, ended: Callable[[Any], None], messages: Mapping[str, str] | None = None
    ) -> None:
        """Hand an event to an idle sandbox."""
        sandbox = self._idle[function].pop()
        now_ms = self.time.monotonic_ms()
        invocation = Invocation(ended, dict(messages or {}), now_ms)
        self.busy += 1
        fate = self._kills.fate(function)
        with contextlib.suppress(ConnectionError):  # killed just after its last answer: its end is heard of in `pump`
            sandbox.invoke(event, invocation, die_at=fate.die_at)
        if fate.die_in_ms is not None:
            self._doomed.append((now_ms + fate.die_in_ms, sandbox, invocation))

    def feed(self, functions: Collection[str] = FUNCTIONS) -> None:
        """Hand out all messages that are visible to sandboxes of these functions that are idle."""
        for function in self._sources.keys() & functions:
            for source in self._sources[function]:
                while self._idle[function]:
                    visible_ms = source.next_visible_ms()
                    if visible_ms is None or visible_ms > self.time.monotonic_ms():
                        break
                    messages = source.receive(BATCH_SIZES[function])
                    if messages:
                        self._hand_over(function, source, messages)

    def tick(self) -> None:
        """Run the reconciler when its minute has come."""
        if self.time.monotonic_ms() >= self.next_schedule_ms and self._idle["reconciler"]:
            self.sweep()

    def sweep(self, ended: Callable[[Any], None] = lambda answer: None) -> None:
        """Run the reconciler as its schedule does."""
        self.next_schedule_ms = self.time.monotonic_ms() + SCHEDULE_MS
        self.invoke("reconciler", {"source": "aws.scheduler"}, ended)

    def _hand_over(self, function: str, source: EventSource, messages: Sequence[Received]) -> None:
        began_ms = self.time.monotonic_ms()
        named = {message.message_id: subject_of(message.body) for message in messages}

        def ended(answer: Any) -> None:
            if answer is None:
                return  # its messages come back when their visibility is over
            failed = failures_in(answer)
            done = [message for message in messages if message.message_id not in failed]
            for message in done:
                source.delete(message)
            # What nobody can read is done when it is kept.
            tickets = [subject for message in done if (subject := named[message.message_id])]
            left = tickets if function == "worker" and self.redis_is_up else []
            unfinished = self._states.not_final(left)
            self.journal.note(
                Kind.INVOKED,
                self.time.monotonic_ms(),
                function=function,
                messages=named,
                failed=failed,
                unfinished=[name for name, subject in named.items() if subject in unfinished],
                elapsed_ms=self.time.monotonic_ms() - began_ms,
                timeout_ms=TIMEOUTS_MS[function],
            )

        self.invoke(function, event_of(messages), ended, named)

    # --- what the sandboxes say --------------------------------------------------------------------------------------

    def pump(self, wait_s: float = 0.0) -> None:
        """Answer what sandboxes ask for; wait for the first of them."""
        self._execute()
        for key, _ in self._selector.select(wait_s):
            sandbox: Sandbox = key.data
            try:
                while True:
                    self._hear(sandbox, sandbox.connection.recv())
                    if not sandbox.connection.poll():
                        break
            except (EOFError, ConnectionError):
                self._bury(sandbox)

    def _hear(self, sandbox: Sandbox, said: Ask) -> None:
        invocation = sandbox.invocation
        assert invocation is not None
        match said:
            case ("sqs", method, arguments):
                sandbox.connection.send(_outcome(lambda: getattr(self.sqs, method)(**arguments)))
            case ("post", url, headers):
                failure, reply = _outcome(lambda: self._receivers.send(url, headers, b""))
                if failure is None:
                    invocation.unrecorded = headers["webhook-id"]
                    self._note(Kind.ACCEPTED, webhook_id=headers["webhook-id"])
                sandbox.connection.send((failure, reply))
            case ("recorded", webhook_id):
                invocation.unrecorded = "" if invocation.unrecorded == webhook_id else invocation.unrecorded
            case ("finals", finals):
                for facts in finals:
                    self._note(Kind.FINAL, **facts)
            case ("dies", point):
                sandbox.point = point
            case ("answered", answer, passed):
                self._end(sandbox, answer, passed)
            case ("raised", what, passed):
                self.raised.append(f"{sandbox.function}: {what}")
                self._end(sandbox, None, passed)

    def _end(self, sandbox: Sandbox, answer: Any, passed: Sequence[str]) -> None:
        invocation = sandbox.invocation
        assert invocation is not None
        if invocation.unrecorded and self.redis_died_ms >= invocation.began_ms:
            self._note(Kind.KILLED, function="redis", point="before the record", unrecorded=invocation.unrecorded)
        sandbox.invocation = None
        self._idle[sandbox.function].append(sandbox)
        self.busy -= 1
        self._kills.learn(sandbox.function, passed)
        invocation.ended(answer)

    def _bury(self, sandbox: Sandbox) -> None:
        invocation = sandbox.invocation
        self._selector.unregister(sandbox.connection)
        sandbox.bury()
        self._fork(sandbox.function)
        point = sandbox.point or "anywhere"
        unrecorded = invocation.unrecorded if invocation is not None else ""
        self._note(Kind.KILLED, function=sandbox.function, point=point, unrecorded=unrecorded)
        if invocation is None:
            self._idle[sandbox.function].remove(sandbox)
        else:
            self.busy -= 1
            invocation.ended(None)

    def _execute(self) -> None:
        """Kill those whose hour has come, unless they have ended before."""
        if not self._doomed:
            return
        now_ms = self.time.monotonic_ms()
        for _, sandbox, invocation in [each for each in self._doomed if each[0] <= now_ms]:
            if sandbox.invocation is invocation:
                sandbox.kill()
        self._doomed = [each for each in self._doomed if each[0] > now_ms]

    def _fork(self, function: str) -> None:
        gc.freeze()  # else the child copies the heap when it first collects garbage
        sandbox = Sandbox(function, self._place)
        self._selector.register(sandbox.connection, selectors.EVENT_READ, sandbox)
        self._idle[function].append(sandbox)

    # --- time --------------------------------------------------------------------------------------------------------

    def next_event_ms(self, functions: Collection[str] = FUNCTIONS) -> float | None:
        """Return when something happens by itself that one of these functions works on."""
        sources = [source for name in self._sources.keys() & functions for source in self._sources[name]]
        times = [source.next_visible_ms() for source in sources]
        times += [self.next_schedule_ms] if "reconciler" in functions else []
        return min((each for each in times if each is not None), default=None)

    @property
    def backlog(self) -> int:
        """Return how many messages there are, seen or not."""
        return sum(self.sqs.depth(source.url) for sources in self._sources.values() for source in sources)

    def kill_redis(self) -> None:
        """Kill Redis with all that it is at."""
        self.redis.kill()
        self.redis_is_up, self.redis_died_ms = False, self.time.monotonic_ms()

    def start_redis(self, *, kept: bool = True) -> None:
        """Start Redis again; it may still be reading what it kept when this returns."""
        self.redis.start(wait=False)
        self.redis_is_up = True
        self._note(Kind.REDIS_RESTARTED, kept=kept)

    def close(self) -> None:
        """End all processes."""
        for key in list(self._selector.get_map().values()):
            sandbox: Sandbox = key.data
            sandbox.kill()
            sandbox.bury()
        self._selector.close()

    def _note_taken(self, url: str, body: str) -> None:
        subject = subject_of(body)
        if url == self._place.queues.alerts:
            self._note(Kind.ALERT_QUEUED, webhook_id=subject)
        elif url in (self._place.queues.express, self._place.queues.standard):
            self._note(Kind.QUEUED, ticket_id=subject)

    def _note(self, kind: Kind, **facts: Any) -> None:
        self.journal.note(kind, self.time.monotonic_ms(), **facts)


def _sources(sqs: SqsDouble, queues: RouterQueues) -> dict[str, list[EventSource]]:
    def of(*urls: str) -> list[EventSource]:
        return [EventSource(sqs, url) for url in urls]

    return {
        "worker": of(queues.express, queues.standard),
        "dispatcher": of(queues.alerts),
        "reconciler": of(*queues.dead.values()),
    }


def _outcome(act: Callable[[], Any]) -> tuple[Exception | None, Any]:
    try:
        return None, act()
    except (BotoCoreError, ClientError, RouterError) as error:
        return error, None
