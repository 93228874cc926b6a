"""What keeps the router going: clients that post, queues that are worked off, and time that jumps when all wait."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tests.faults.harness.clients import Clients, Request, event_of
from tests.faults.harness.router import Router
from tests.faults.harness.wiring import DEADLINE_S, FUNCTIONS

BACKLOG = 3_000  # messages in all queues above which clients wait with what is new: a load, not a pile


class Drive:
    """One run of a router.

    Args:
        router: Its functions.
        clients: Who post.
    """

    def __init__(self, router: Router, clients: Clients) -> None:
        self._router, self._clients = router, clients
        self._swept = -1  # messages that had been sent when the last sweep past all deadlines ended

    def turn(self, *, functions: Collection[str] = FUNCTIONS, wake_ms: float | None = None) -> None:
        """Let everybody do what there is to do; jump ahead when that is nothing.

        Args:
            functions: Who works.
            wake_ms: When something else happens.
        """
        router, clients = self._router, self._clients
        router.feed(functions)
        while "ingest" in functions and router.idle("ingest"):
            request = clients.take(fresh=router.backlog < BACKLOG)
            if request is None:
                break
            self._post(request)
        if "reconciler" in functions:
            router.tick()
        router.pump(0.01 if router.busy else 0.0)
        if not router.busy:
            times = [router.next_event_ms(functions), clients.due_ms(), wake_ms]
            wait_ms = min((each for each in times if each is not None), default=0.0) - router.time.monotonic_ms()
            if wait_ms > 0:
                router.time.jump(wait_ms)

    def finish(self) -> None:
        """Work until every ticket is at its end."""
        while not self.settled:
            self.turn()

    @property
    def settled(self) -> bool:
        """Tell whether all is done: no client unsure, no message left, and a sweep past all deadlines found nothing.

        Begins that sweep when it is time for it.
        """
        router = self._router
        if router.busy or router.backlog or not self._clients.done:
            return False
        if self._swept == router.sqs.sent:
            return True
        router.time.jump((DEADLINE_S + 60) * 1_000)
        router.sweep(self._note_sweep)
        return False

    def _note_sweep(self, answer: Any) -> None:
        if answer is not None:  # else it died
            self._swept = self._router.sqs.sent

    def _post(self, request: Request) -> None:
        self._router.invoke("ingest", event_of(request), lambda answer: self._clients.answered(request, answer))
