"""Virtual time for several workers at once."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence

START_MS = 1_795_262_400_000


class VirtualTime:
    """Time that jumps to the next event when everybody sleeps: hours pass in seconds, and every run is the same.

    Workers are threads of which one runs at a time: it hands over when it sleeps, to the one that wakes first.
    """

    def __init__(self) -> None:
        self._elapsed_ms = 0.0
        self._sleepers: list[tuple[float, int, threading.Semaphore]] = []
        self._parked: list[threading.Semaphore] = []
        self._turns = 0
        self._failure: BaseException | None = None

    def now_ms(self) -> int:
        return START_MS + int(self._elapsed_ms)

    def monotonic_ms(self) -> float:
        return self._elapsed_ms

    def sleep(self, seconds: float) -> None:
        """Let time pass for the caller."""
        mine = self._queue_up(self._elapsed_ms + seconds * 1_000)
        self._wake_next()
        mine.acquire()

    def park(self) -> None:
        """Sleep until another worker calls `unpark`."""
        mine = threading.Semaphore(0)
        self._parked.append(mine)
        self._wake_next()
        mine.acquire()

    def unpark(self) -> None:
        """Let one that is parked go on as soon as the caller sleeps."""
        if self._parked:
            self._queue_up(self._elapsed_ms, self._parked.pop(0))

    def run(self, workers: Sequence[Callable[[], None]]) -> None:
        """Run all workers until each has returned; raise what one of them raised."""
        threads = []
        for worker in workers:
            mine = self._queue_up(self._elapsed_ms)
            threads.append(threading.Thread(target=self._take_turns, args=[worker, mine], daemon=True))
        for thread in threads:
            thread.start()
        self._wake_next()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def _take_turns(self, worker: Callable[[], None], mine: threading.Semaphore) -> None:
        mine.acquire()
        try:
            worker()
        except BaseException as error:  # in a thread it would be printed, and the run would look like a good one
            self._failure = self._failure or error
        finally:
            self._wake_next()

    def _queue_up(self, at_ms: float, semaphore: threading.Semaphore | None = None) -> threading.Semaphore:
        mine = semaphore or threading.Semaphore(0)
        self._turns += 1
        heapq.heappush(self._sleepers, (at_ms, self._turns, mine))
        return mine

    def _wake_next(self) -> None:
        if self._sleepers:
            at_ms, _, sleeper = heapq.heappop(self._sleepers)
            self._elapsed_ms = max(self._elapsed_ms, at_ms)
            sleeper.release()
