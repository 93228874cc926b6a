"""All functions of a plan with their processes: how many of each, and who serves what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from local.errors import LocalStackError
from local.plan import EventSourceMapping, Function, Plan
from local.process import Output
from local.runtime import Pool, Result

# For two cores: more processes only take turns. Two of ingest, so that posts of one id really meet; functions that are
# not named have one.
_PROCESSES = {"ingest": 2}
# One process for each queue that feeds these, so that the express lane never waits behind a standard batch.
_ONE_FOR_EACH_QUEUE = ("worker",)
# Lambda refuses at once what is above its concurrency. Here are few processes, so a request may stand in line, but not
# until its caller, API Gateway, has given up: the caller would be told 503, and the ticket taken all the same.
LINE_S = 5.0


class Functions:
    """Starts, invokes and stops the functions."""

    def __init__(
        self,
        plan: Plan,
        *,
        output: Callable[[str], Output],
        extra: Mapping[str, Mapping[str, str]],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            plan: What to run.
            output: Makes the receiver of a process's output, by word.
            extra: Environment that exists only locally, by word.
            on_change: Called when processes have come or gone.
        """
        self._plan = plan
        self._pools: dict[tuple[str, str], Pool] = {}
        for function in plan.functions.values():
            for queue_arn in _pool_names(function, plan):
                self._pools[function.logical_id, queue_arn] = Pool(
                    function,
                    plan.place,
                    size=_PROCESSES.get(function.word, 1),
                    output=lambda it: output(it.word),
                    extra=extra.get(function.word, {}),
                    on_change=on_change,
                )

    async def start(self, on_ready: Callable[[Function], None] = lambda function: None) -> None:
        """Start all processes at once and wait until all have initialised.

        Raises:
            StartError: One did not.
        """

        async def start(function: Function) -> None:
            own = [pool for (owner, _), pool in self._pools.items() if owner == function.logical_id]
            await asyncio.gather(*(pool.start() for pool in own))
            on_ready(function)

        await asyncio.gather(*(start(function) for function in self._plan.functions.values()))

    async def stop(self) -> None:
        """End all processes."""
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))

    def named(self, word: str) -> Function | None:
        """Return the function that goes by this word."""
        return self._plan.function_named(word)

    async def request(self, logical_id: str, payload: bytes, trace_id: str | None = None) -> Result:
        """Run a function once, as an HTTP route does: with a limit to the wait for a process."""
        return await self.invoke(logical_id, payload, trace_id, begin_within_s=LINE_S)

    async def invoke(
        self, logical_id: str, payload: bytes, trace_id: str | None = None, *, begin_within_s: float | None = None
    ) -> Result:
        """Run a function once, as a timer does."""
        pool = next((pool for (owner, _), pool in self._pools.items() if owner == logical_id), None)
        if pool is None:
            raise LocalStackError(f"{logical_id} is not running")
        return await pool.invoke(payload, trace_id, begin_within_s=begin_within_s)

    def pool_for(self, mapping: EventSourceMapping) -> Pool:
        """Return the processes that serve a queue."""
        own = self._pools.get((mapping.function, mapping.queue.arn))
        return own or self._pools[mapping.function, ""]

    @property
    def pids(self) -> dict[str, list[int]]:
        """Return the process ids by word."""
        pids: dict[str, list[int]] = {}
        for pool in self._pools.values():
            pids.setdefault(pool.function.word, []).extend(pool.pids)
        return pids


def _pool_names(function: Function, plan: Plan) -> list[str]:
    queues = [it.queue.arn for it in plan.mappings if it.function == function.logical_id]
    return queues if function.word in _ONE_FOR_EACH_QUEUE and queues else [""]
