"""What all tests share: no sockets in unit tests, and real servers for those that ask for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket

from tests.servers import RedisServer, redis_server, sqs_server

# They need .venv-models, .venv-sam, Docker: `make test-models`, `make deploy-test`, `make container-test`.
collect_ignore = ["models", "deploy", "container"]


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    if "unit" not in request.path.parts:
        yield
        return
    disable_socket()
    yield
    enable_socket()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis to be mistreated by one test."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqs_url() -> Iterator[str]:
    """The SQS emulator's address."""
    with sqs_server() as url:
        yield url
