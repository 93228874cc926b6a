"""What the local stack runs: template.yaml in plain words. Built by `template.py`, read by everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Of no account: `ministack` uses the same, so ARNs agree.
ACCOUNT_ID = "000000000000"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the stack lives: what pseudo parameters and addresses resolve to.

    Attributes:
        root: The repository, where template.yaml lies.
        emulator_url: Endpoint of the AWS emulator, without a path.
        region: Any name that AWS knows.
        stack_name: Prefix of generated names.
        state_folder: Where logs, keys and stack.json are kept.
    """

    root: Path
    emulator_url: str
    region: str = "us-east-1"
    stack_name: str = "local"
    state_folder: Path = Path(".local")

    def log_of(self, name: str) -> Path:
        """Return the log file of a function or another part."""
        return self.state_folder / "logs" / f"{name}.log"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.region}:{ACCOUNT_ID}:{resource}"


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function.

    Attributes:
        logical_id: Name in the template.
        word: The one word it goes by: its folder, its logs, `local invoke`.
        handler: What awslambdaric imports, `module.function`.
        task_root: Folder that holds its code; working directory and `LAMBDA_TASK_ROOT`.
        is_image: It is packaged as a container image; locally it runs unpacked.
        timeout_s: After so long the platform kills it.
        memory_mb: Only told to the function; not enforced locally.
        environment: Variables from the template.
        arn: Its name in AWS.
    """

    logical_id: str
    word: str
    handler: str
    task_root: Path
    is_image: bool
    timeout_s: int
    memory_mb: int
    environment: Mapping[str, str]
    arn: str


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A Lambda authorizer of the HTTP API: payload 2.0, simple responses."""

    function: str
    identity_sources: tuple[str, ...]
    ttl_s: int


@dataclass(frozen=True, slots=True)
class Throttle:
    """The stage's throttle: a token bucket over all routes and keys."""

    rate_per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API; method and path are empty for `$default`."""

    key: str
    function: str
    authorizer: Authorizer | None

    @property
    def method(self) -> str:
        """Return the HTTP method, `ANY`, or nothing."""
        return self.key.partition(" ")[0] if " " in self.key else ""

    @property
    def path(self) -> str:
        """Return the path pattern, or nothing."""
        return self.key.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue; `max_receive_count` is None without a dead-letter queue."""

    logical_id: str
    name: str
    url: str
    arn: str
    visibility_s: int
    retention_s: int
    dead_letter_arn: str | None = None
    max_receive_count: int | None = None


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """A queue that feeds a function."""

    queue: Queue
    function: str
    batch_size: int
    window_s: int
    maximum_concurrency: int | None
    report_batch_item_failures: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A timer that invokes a function; `payload` replaces the scheduled event if given."""

    name: str
    function: str
    interval_s: int
    source: str
    arn: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret; `text` is None where a value is to be generated."""

    logical_id: str
    name: str
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of SSM's Parameter Store."""

    logical_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it."""

    place: Place
    functions: Mapping[str, Function]  # by logical id
    routes: tuple[Route, ...]
    queues: tuple[Queue, ...]
    mappings: tuple[EventSourceMapping, ...]
    schedules: tuple[Schedule, ...]
    secrets: tuple[Secret, ...]
    parameters: tuple[Parameter, ...]
    throttle: Throttle | None = None  # without one the account's limit holds, which a laptop does not reach

    def function_named(self, word: str) -> Function | None:
        """Return the function that goes by this word."""
        return next((function for function in self.functions.values() if function.word == word), None)
