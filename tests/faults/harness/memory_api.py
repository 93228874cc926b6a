"""The HTTP API as a function of bytes: through the local stack's server, gateway and the real handlers, over twins.

Each answer is held to what clients were promised: our functions' to the OpenAPI document, the gateway's to its list.
There is no socket, so that nothing depends on when bytes arrive.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from local.gateway import MAX_BODY_BYTES, Gateway
from local.listen import Server
from local.openapi import GATEWAY
from local.plan import Place
from local.sandbox import Result
from local.stack import read_plan
from tests.event_stage import MemoryStage
from tests.openapi_check import assert_as_documented, document

ROOT = Path(__file__).parents[3]
TURNS = 200  # of the event loop; who has not answered by then waits for more bytes
# What the gateway answers where no function is asked: to what is no HTTP, or has no route.
OWN_ANSWERS = {**GATEWAY, 400: "Bad Request", 404: "Not Found"}


class Answer:
    """What came back for some bytes.

    Attributes:
        status: 0 if the connection was closed without an answer.
        body: Of the first answer, whole.
        headers: The same, in lower case.
    """

    def __init__(self, raw: bytes, *, is_head: bool = False) -> None:
        self.status, self.headers, self.body = 0, dict[str, str](), b""
        if raw:
            response = http.client.HTTPResponse(_Socket(raw), method="HEAD" if is_head else None)
            response.begin()
            self.status, self.body = response.status, response.read()
            self.headers = {name.lower(): value for name, value in response.getheaders()}


class _Socket:
    """As much of a socket as `HTTPResponse` reads."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


class _Wire(asyncio.Transport):
    """The server's end of a connection: keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 80)})
        self.written = bytearray()
        self._is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self._is_closed = True

    abort = close

    def is_closing(self) -> bool:
        return self._is_closed

    def pause_reading(self) -> None:
        """Everything has been read."""

    resume_reading = pause_reading


class MemoryApi:
    """Serves one world at a time; `stage` may be replaced between requests.

    Attributes:
        calls: Function, event and answer of each invocation since the last request.
        failures: What handlers raised, which Lambda would have told as a failure of the function.
    """

    def __init__(self, stage: MemoryStage) -> None:
        self.stage = stage
        self.calls: list[tuple[str, dict[str, Any], Any]] = []
        self.failures: list[str] = []
        self._plan = read_plan(
            Place(ROOT, "http://127.0.0.1:1"), {"ThrottleRate": "1000000", "ThrottleBurst": "1000000"}
        )
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Close the event loop."""
        self._loop.close()

    def send(self, request: bytes) -> Answer:
        """Send bytes on a connection of their own that ends with them."""
        self.calls.clear()
        self.failures.clear()
        return Answer(self._loop.run_until_complete(self._exchange(request)), is_head=request.startswith(b"HEAD "))

    async def _exchange(self, request: bytes) -> bytes:
        connection, wire = Server(Gateway(self._plan, self._invoke).handle, limit_bytes=MAX_BODY_BYTES)(), _Wire()
        connection.connection_made(wire)
        connection.data_received(request)
        connection.eof_received()
        for _ in range(TURNS):
            await asyncio.sleep(0)
            if wire.is_closing():
                break
        connection.connection_lost(None)
        await asyncio.sleep(0)
        return bytes(wire.written)

    async def _invoke(self, function: str, payload: bytes, trace_id: str | None = None) -> Result:
        word, event = self._plan.functions[function].word, json.loads(payload)
        try:
            answer = self.stage.invoke(word, event)
            told = json.dumps(answer, ensure_ascii=False).encode()  # as the runtime of Lambda writes it
        except Exception as error:  # what would be a failure of the function is a finding
            self.failures.append(f"{word} raised {error!r}")
            return Result(b"{}", type(error).__name__)
        self.calls.append((word, event, answer))
        return Result(told)


@cache
def problem_schema() -> Draft202012Validator:
    """Return what a refusal of a path that no route has must look like."""
    return Draft202012Validator(document()["components"]["schemas"]["Problem"])


def check(api: MemoryApi, answer: Answer) -> None:
    """Fail unless an answer is one that clients were promised.

    Raises:
        AssertionError: Says what is wrong with it.
    """
    assert not api.failures, api.failures
    assert answer.status < 500, f"{answer.status}: {answer.body[:300]!r}"
    for word, event, told in api.calls:
        if word != "authorizer":
            _check_told(event, told)
    ours = [told for word, _, told in api.calls if word != "authorizer"]
    if answer.status >= 400 and not ours:
        said = json.loads(answer.body or b"null") if answer.body else {"message": OWN_ANSWERS.get(answer.status)}
        assert said == {"message": OWN_ANSWERS.get(answer.status)}, f"{answer.status}: {answer.body[:300]!r}"


def _check_told(event: dict[str, Any], told: dict[str, Any]) -> None:
    assert told["statusCode"] < 500, told
    if event["routeKey"] != "$default":
        assert_as_documented(event["routeKey"], told)
    else:
        assert told["statusCode"] in (404, 405), told
        assert told["headers"]["content-type"] == "application/problem+json", told
        problem_schema().validate(json.loads(told["body"]))
    if told.get("body") and told["headers"]["content-type"].startswith("application/"):
        json.loads(told["body"], parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise AssertionError(f"the answer holds {name}, which is not JSON")
