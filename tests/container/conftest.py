"""What the container tests share: an engine, the built functions, and the services that they use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from tests.container.base_image import base_image
from tests.container.engine import Engine, EngineUnavailableError, docker_engine
from tests.container.sam import Sam
from tests.container.services import Services, services

Report = Callable[[str, str], None]
_reported: dict[str, list[str]] = defaultdict(list)
_skipped: list[str] = []


@pytest.fixture(scope="session")
def report() -> Report:
    """Take a figure down for the end of the run: a heading and a line."""
    return lambda heading, line: _reported[heading].append(line)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A Docker engine. Where none can be started, every test is skipped, in capitals."""
    try:
        with docker_engine() as found:
            yield found
    except EngineUnavailableError as error:
        _skipped.append(str(error))
        pytest.skip("no Docker engine can be started here")


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    """The base of the worker's image: AWS's own or the stand-in."""
    return base_image(engine)


@pytest.fixture(scope="session")
def sam(engine: Engine, base: str) -> Sam:
    """SAM, with everything built."""
    sam = Sam(engine, base)
    sam.build()
    return sam


@pytest.fixture(scope="session")
def image(sam: Sam) -> str:
    """The name of the image of worker and score."""
    return sam.image


@pytest.fixture(scope="session")
def stack(engine: Engine) -> Iterator[Services]:
    """Redis and the AWS emulator, beside a network of Docker's from which functions reach them."""
    with engine.network() as (name, gateway), services(name, gateway) as started:
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures; say loudly if nothing was tested, and why."""
    for heading, lines in _reported.items():
        terminalreporter.section(heading)
        terminalreporter.line("\n".join(lines))
    for log in _skipped:
        terminalreporter.section("CONTAINER TESTS SKIPPED", bold=True)
        terminalreporter.line("dockerd was started and ended. The end of its log:")
        terminalreporter.line(log)
