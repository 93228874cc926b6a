"""What the local gateway does about bytes that are no request, and about bodies that it must leave as they are."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json

import pytest

from local.listen import HOST
from tests.functional.local_recorder import Recorder, play, serving


def exchange(recorder: Recorder, request_bytes: bytes) -> bytes:
    """Send bytes on a connection; return all that comes back."""
    received = bytearray()

    async def scenario() -> None:
        async with serving(recorder) as session:
            assert session._base_url is not None
            reader, writer = await asyncio.open_connection(HOST, session._base_url.port)
            writer.write(request_bytes)
            received.extend(await reader.read())
            writer.close()

    play(scenario)
    return bytes(received)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01 no HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /tickets HTTP/1.1\r\nAuthorization: k\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_the_words_of_the_gateway(request_bytes: bytes) -> None:
    head, _, body = exchange(Recorder(), request_bytes).partition(b"\r\n\r\n")

    assert head.splitlines()[0].endswith(b" 400 Bad Request")
    assert json.loads(body) == {"message": "Bad Request"}


def test_no_host_that_a_client_claims_to_call_makes_the_gateway_fail() -> None:
    recorder = Recorder()

    answer = exchange(recorder, b"GET /health HTTP/1.1\r\nHost: x:no port\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
    assert recorder.events["toy"][0]["headers"]["x-forwarded-port"].isdigit()


def test_a_compressed_body_reaches_the_function_as_it_came() -> None:
    # given what would be 5 MB, which the function refuses by its header alone
    recorder, bomb = Recorder(), gzip.compress(bytes(5_000_000))

    async def scenario() -> None:
        async with serving(recorder) as session:
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Authorization": "Bearer k"}
            await session.post("/tickets", data=bomb, headers=headers)

    play(scenario)
    assert base64.b64decode(recorder.events["toy"][0]["body"]) == bomb
