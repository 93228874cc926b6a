"""What functions in containers talk to: Redis and the AWS emulator of a local stack, where containers reach them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from local.environment import container_environment
from local.plan import Place, Plan
from local.stack import Options, Stack, read_plan
from local.stage import StackStage
from tests.container.engine import STATE
from tests.container.shell import ROOT

FUNCTIONS = ("ingest", "worker", "dispatcher", "query", "score", "reconciler", "authorizer")
_FOLDER = STATE / "stack"


@dataclass(frozen=True, slots=True)
class Services:
    """Redis, queues, secrets and parameters, of the template's names.

    Attributes:
        network: Docker's network from which they can be reached.
        plan: The template as the local stack reads it.
        stage: The same functions outside containers: they set the scene, and tell what came of it.
        redis_url: The store, from this side.
        env_file: What `sam local --env-vars` takes.
    """

    network: str
    plan: Plan
    stage: StackStage
    redis_url: str
    env_file: Path

    def environment(self, logical_id: str) -> dict[str, str]:
        """Return the variables of a function in its container."""
        return container_environment(self.plan)[logical_id]


@contextmanager
def services(network: str, host: str) -> Iterator[Services]:
    """Start them on one address of this machine, and stop them.

    Raises:
        LocalStackError: One did not start.
    """
    keys = (ROOT / "events/api_keys.json").read_text(encoding="utf-8")
    options = Options(root=ROOT, state_folder=_FOLDER, host=host, only=FUNCTIONS, api_keys=keys)
    with start_blocking_portal() as portal:
        stack = portal.call(_start, options)
        stage = StackStage(stack, portal.call(_loop))
        try:
            plan = read_plan(Place(ROOT, stack.info["sqs_url"], stack.info["region"], state_folder=_FOLDER), {})
            env_file = STATE / "env.json"
            env_file.write_text(json.dumps(container_environment(plan)), encoding="utf-8")
            yield Services(network, plan, stage, stack.info["redis_url"], env_file)
        finally:
            stage.close()
            portal.call(stack.stop)


async def _start(options: Options) -> Stack:
    stack = Stack(options)
    try:
        await stack.start()
    except BaseException:
        await stack.stop()
        raise
    return stack


async def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
