"""The supervisor: starts every part of the local stack, in parallel where it can, and stops all of it."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local import destinations as dest
from local import resources
from local.aws import AwsClient
from local.cache import empty_cache, start_cache
from local.emf import MetricsForwarder
from local.emulator import start_emulator
from local.errors import LocalStackError, StartError
from local.functions import Functions
from local.gateway import MAX_BODY_BYTES, Gateway
from local.keys import keep_secrets, key_entry
from local.listen import HOST, Listener, listen
from local.logs import Logs
from local.plan import Place, Plan
from local.poller import Poller
from local.ports import api_port, free_ports
from local.process import Child
from local.runtime import Result
from local.schedule import run_schedule
from local.sink import Arrival, Sink
from local.site import Site
from local.state import StackFile
from local.template import load_plan
from ticketrouter.domain.alert import DEFAULT_HOURLY_BUDGET, KINDS

REGION = "us-east-1"
_GRACE_S = 0.3  # for Redis and the emulator, which have nothing to save
# Deployed, the cache is brought along by its owner, so the template has no default for it.
_CACHE_PARAMETER, _CACHE_SECRET = "CacheUrlSecretArn", "local-cache-url"


def read_plan(place: Place, overrides: Mapping[str, str]) -> Plan:
    """Read the template as the local stack runs it, with the cache that it starts itself.

    Raises:
        TemplateError: It cannot be read.
    """
    cache = {_CACHE_PARAMETER: place.arn("secretsmanager", f"secret:{_CACHE_SECRET}")}
    return load_plan(place.root / "template.yaml", place, {**cache, **overrides})


@dataclass(frozen=True, slots=True)
class Options:
    """How to start.

    Attributes:
        root: The repository.
        state_folder: Where logs, keys and stack.json of one stack are kept; None is .local in the repository.
        overrides: Template parameters.
        port: Of the API; None takes the first free one from 8000 on, 0 any.
        host: Where Redis and the AWS emulator listen; everything else stays on 127.0.0.1.
        only: Run these functions alone, to be invoked directly: without routes, pollers, timers, stack.json or a Redis
            of the user's.
        api_keys: The document of the keys to let in; None lets in one, made on the first start and kept.
        hourly_budget: Messages an hour to each destination at the sink; None for no limit.
        sink_kinds: A destination at the sink for each of these.
        on_step: Told what is done and after how many seconds.
        on_log: Gets every line of the functions, if given.
        on_alert: Told of every webhook at the sink.
    """

    root: Path
    state_folder: Path | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    host: str = HOST
    only: tuple[str, ...] = ()
    api_keys: str | None = field(default=None, repr=False)
    hourly_budget: int | None = DEFAULT_HOURLY_BUDGET
    sink_kinds: tuple[str, ...] = KINDS
    on_step: Callable[[str, float], None] = lambda step, seconds: None
    on_log: Callable[[str, bytes], None] | None = None
    on_alert: Callable[[Arrival], None] = lambda arrival: None


class Stack:
    """A local stack; `start` it once, and always `stop` it."""

    def __init__(self, options: Options) -> None:
        """Prepare; nothing is started yet."""
        self._options = options
        self._folder = options.state_folder or options.root / ".local"
        self._file = StackFile(self._folder)
        self._began = time.monotonic()
        self._children: dict[str, Child] = {}
        self._listeners: list[Listener] = []
        self._pollers: list[Poller] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._plan: Plan | None = None
        self._functions: Functions | None = None
        self._aws: AwsClient | None = None
        self._logs: Logs | None = None
        self._metrics: MetricsForwarder | None = None
        self._info: dict[str, Any] = {}
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def state_folder(self) -> Path:
        """Return where logs, keys and stack.json are kept."""
        return self._folder

    @property
    def info(self) -> dict[str, Any]:
        """Return what stack.json holds."""
        return self._info

    async def start(self) -> None:
        """Start everything and wait until every function has initialised.

        Raises:
            LocalStackError: Something did not start; says what to do.
        """
        host = self._options.host
        emulator_port, redis_port = free_ports(2, host)
        place = Place(self._options.root, f"http://{host}:{emulator_port}", REGION, state_folder=self._folder)
        plan = self._plan = self._read_plan(place)
        if not self._options.only:
            self._file.claim()
        secrets = keep_secrets(self._folder)
        api_keys = self._options.api_keys or json.dumps({"keys": [key_entry(secrets.api_key)]})
        aws = self._aws = AwsClient(place)
        metrics = self._metrics = MetricsForwarder(aws)
        logs = self._logs = Logs(self._folder / "logs", on_metrics_line=metrics.take, on_line=self._options.on_log)
        targets, sink_url = await self._start_sink()
        own_redis = f"redis://{host}:{redis_port}/0"
        redis_url = own_redis if self._options.only else os.environ.get("REDIS_URL") or own_redis
        values = {
            resources.CACHE_URL: redis_url,
            resources.ID_SECRET: secrets.id_secret,
            resources.API_KEYS: api_keys,
            resources.DESTINATIONS: dest.parameter_document(targets),
            resources.DESTINATION_SECRETS: dest.secret_document(targets),
        }
        functions = self._functions = Functions(
            plan,
            output=logs.receiver,
            extra={"dispatcher": {"ALLOW_LOOPBACK_WEBHOOKS": "true"}},
            on_change=self._write_file,
        )
        api = await self._start_gateway(plan, functions)
        async with asyncio.TaskGroup() as starting:
            if redis_url == own_redis:
                starting.create_task(self._start_redis(redis_port, logs))
            starting.create_task(self._start_emulator(place, emulator_port, logs, create=(plan, aws, values)))
        await functions.start(lambda it: self._step(f"{it.word} ready"))
        self._start_sources(plan, functions, aws)
        self._run(metrics.run())
        self._info = {
            "api_url": api.url,
            "api_key": secrets.api_key,
            "sink_url": sink_url,
            "redis_url": redis_url,
            "sqs_url": place.emulator_url,
            "region": place.region,
            "queues": {queue.logical_id: queue.url for queue in plan.queues},
            "parameters": dict(self._options.overrides),
            "api_keys_secret": resources.arn_in(plan, resources.API_KEYS),
            "pid": os.getpid(),
        }
        self._write_file()

    async def invoke(self, word: str, payload: bytes) -> Result:
        """Invoke one function directly.

        Raises:
            LocalStackError: It does not run.
        """
        if self._functions is None or (function := self._functions.named(word)) is None:
            raise StartError(f"{word} is not running")
        return await self._functions.invoke(function.logical_id, payload)

    async def empty(self) -> None:
        """Forget what the functions have stored and queued.

        Raises:
            LocalStackError: It cannot be done; of a stack that is not `only` for direct invocations, ever.
        """
        if not self._options.only or self._aws is None or self._plan is None:
            raise LocalStackError("Only a stack for direct invocations can be emptied")
        redis = urlsplit(self._info["redis_url"])
        await empty_cache(int(redis.port or 0), str(redis.hostname))
        await resources.purge_queues(self._plan, self._aws)

    async def wait_until_broken(self) -> None:
        """Wait until a part that everything needs has ended.

        Raises:
            StartError: It has.
        """
        await self._broken

    async def stop(self) -> None:
        """Stop everything: first what brings work, then what does it, then what it needs."""
        for listener in self._listeners:
            listener.refuse_new()
        await asyncio.gather(*(poller.stop() for poller in self._pollers))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._functions:
            await self._functions.stop()
        if self._metrics and "emulator" in self._children:
            await self._metrics.flush()
        if self._aws:
            await self._aws.close()
        await asyncio.gather(*(listener.close() for listener in self._listeners))
        await asyncio.gather(*(child.stop(_GRACE_S) for child in self._children.values()))
        if self._logs:
            self._logs.close()
        self._file.release()

    # --- the parts ---------------------------------------------------------------------------------------------------

    def _read_plan(self, place: Place) -> Plan:
        plan = read_plan(place, self._options.overrides)
        known = {it.word: it for it in plan.functions.values()}
        for word in self._options.only:
            if word not in known:
                raise StartError(f"The template has no function {word}; it has {', '.join(sorted(known))}")
        functions = {known[word].logical_id: known[word] for word in self._options.only}
        return replace(plan, functions=functions, mappings=(), schedules=(), routes=()) if functions else plan

    async def _start_sink(self) -> tuple[list[dest.LocalDestination], str]:
        # The destinations need its address, and it needs their keys: it learns them before anything can arrive.
        expected: dict[str, Any] = {}
        listener = await self._listen(Sink(expected, self._options.on_alert).handle, limit_bytes=1024 * 1024)
        own = dest.load_destinations(self._folder / "destinations.json")
        at_sink = dest.sink_destinations(listener.url, self._options.hourly_budget, self._options.sink_kinds)
        expected.update(dest.expected_at_sink(at_sink if own is None else own))
        return at_sink if own is None else own, listener.url

    async def _start_gateway(self, plan: Plan, functions: Functions) -> Listener:
        port = api_port() if self._options.port is None else self._options.port
        site = Site(plan.place.root, Gateway(plan, functions.request).handle)
        return await self._listen(site.handle, port=port, limit_bytes=MAX_BODY_BYTES)

    async def _listen(self, handler: Any, *, port: int = 0, limit_bytes: int) -> Listener:
        listener = await listen(handler, port=port, limit_bytes=limit_bytes)
        self._listeners.append(listener)
        return listener

    async def _start_redis(self, port: int, logs: Logs) -> None:
        output = logs.receiver("redis", shown=False)
        self._watch("redis", await start_cache(port, self._folder, output, self._options.host))

    async def _start_emulator(
        self, place: Place, port: int, logs: Logs, *, create: tuple[Plan, AwsClient, Mapping[str, str]]
    ) -> None:
        output = logs.receiver("emulator", shown=False)
        self._watch("emulator", await start_emulator(place, port, output, self._options.host))
        await resources.create_resources(*create)
        self._step("queues and secrets created")

    def _watch(self, name: str, child: Child) -> None:
        self._children[name] = child
        self._step(f"{name} ready")

        async def watch() -> None:
            status = await child.wait()
            if not self._broken.done():
                self._broken.set_exception(
                    StartError(f"{name} ended ({status}): see {self._folder / 'logs' / name}.log")
                )

        self._run(watch())

    def _start_sources(self, plan: Plan, functions: Functions, aws: AwsClient) -> None:
        for mapping in plan.mappings:
            pool = functions.pool_for(mapping)
            self._pollers.append(Poller(mapping, aws, pool.invoke, free_processes=pool.size))
            self._pollers[-1].start()
        for schedule in plan.schedules:
            self._run(run_schedule(schedule, REGION, partial(functions.invoke, schedule.function)))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _step(self, what: str) -> None:
        self._options.on_step(what, time.monotonic() - self._began)

    def _write_file(self) -> None:
        """Write stack.json, again whenever processes have come or gone."""
        if self._info and not self._options.only and self._functions:
            pids = {name: child.pid for name, child in self._children.items()}
            self._info["pids"] = {**pids, "functions": self._functions.pids}
            self._file.write(self._info)
