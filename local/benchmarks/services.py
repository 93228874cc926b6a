"""Redis and the SQS emulator for benchmarks that need no whole stack."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.aws import AwsClient
from local.cache import start_cache
from local.emulator import start_emulator
from local.environment import aws_environment
from local.listen import HOST
from local.plan import Place
from local.ports import free_ports


@dataclass(frozen=True, slots=True)
class Services:
    """Where they are."""

    redis_url: str
    express_url: str
    standard_url: str


@asynccontextmanager
async def services(root: Path) -> AsyncIterator[Services]:
    """Start both, point this process's AWS SDK at the emulator, and stop both at the end."""
    redis_port, emulator_port = free_ports(2)
    with TemporaryDirectory() as folder:
        # A folder of its own: that of the stack need not be there yet, and would be another stack's if it were.
        place = Place(root, f"http://{HOST}:{emulator_port}", state_folder=Path(folder))
        os.environ.update(aws_environment(place))
        cache = await start_cache(redis_port, Path(folder), _forget)
        try:
            emulator = await start_emulator(place, emulator_port, _forget)
            try:
                aws = AwsClient(place)
                urls = [await _create_queue(aws, name) for name in ("bench-express", "bench-standard")]
                await aws.close()
                yield Services(f"redis://{HOST}:{redis_port}/0", *urls)
            finally:
                await emulator.stop()
        finally:
            await cache.stop()


async def _create_queue(aws: AwsClient, name: str) -> str:
    answer = await aws.call("sqs", "CreateQueue", QueueName=name)
    return str(answer["QueueUrl"])


def _forget(line: bytes) -> None:
    """Take a line of output that nobody reads."""
