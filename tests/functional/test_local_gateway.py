from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from local.gateway import MAX_BODY_BYTES
from local.httpevent import response_from
from local.plan import Route
from local.runtime import THROTTLED, Result
from tests.functional.local_recorder import KEY, Recorder, play, serving
from tests.functional.local_toys import running, toy


def test_events_have_the_shape_of_payload_format_2() -> None:
    recorder = Recorder(authorizer={"isAuthorized": True, "context": {"key_id": "dev"}})

    async def scenario() -> None:
        async with serving(recorder) as session:
            headers = [("Authorization", "Bearer k"), ("X-Many", "a"), ("X-Many", "b"), ("Cookie", "c=1; d=2")]
            await session.post("/tickets?q=a%20b&q=c&flag=", json={"text": "grüße"}, headers=headers)

    play(scenario)
    event = recorder.events["toy"][0]
    context = event["requestContext"]
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /tickets", "/tickets")
    assert event["rawQueryString"] == "q=a%20b&q=c&flag="
    assert event["queryStringParameters"] == {"q": "a b,c", "flag": ""}
    assert event["cookies"] == ["c=1", "d=2"]
    assert event["headers"]["x-many"] == "a,b"
    assert "cookie" not in event["headers"]
    assert all(name == name.lower() for name in event["headers"])
    assert event["headers"]["x-forwarded-for"] == context["http"]["sourceIp"] == "127.0.0.1"
    assert json.loads(event["body"]) == {"text": "grüße"}
    assert event["isBase64Encoded"] is False
    assert "pathParameters" not in event
    assert context["authorizer"] == {"lambda": {"key_id": "dev"}}
    assert {key: context["http"][key] for key in ("method", "path", "protocol")} == {
        "method": "POST",
        "path": "/tickets",
        "protocol": "HTTP/1.1",
    }
    assert (context["stage"], context["routeKey"]) == ("$default", "POST /tickets")
    assert abs(context["timeEpoch"] - time.time() * 1000) < 5000
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])


def test_paths_arrive_decoded_and_without_a_body_there_is_none() -> None:
    recorder = Recorder()

    async def scenario() -> None:
        async with serving(recorder) as session:
            await session.get("/tickets/a%3Ab%2Fc")

    play(scenario)
    event = recorder.events["toy"][0]
    assert event["rawPath"] == "/tickets/a:b/c"
    assert event["pathParameters"] == {"ticket_id": "a:b/c"}
    assert "body" not in event
    assert "queryStringParameters" not in event
    assert "authorizer" not in event["requestContext"]


@pytest.mark.parametrize(
    ("content_type", "body", "is_base64"),
    [
        ("application/json; charset=utf-8", b"{}", False),
        ("text/csv", b"a,b", False),
        ("application/xml", b"<a/>", False),
        ("application/octet-stream", b"\x00\x01", True),
        ("application/x-www-form-urlencoded", b"a=b", True),
        ("application/json", b"\xff", True),
    ],
)
def test_bodies_are_base64_unless_they_are_text(content_type: str, body: bytes, is_base64: bool) -> None:
    recorder = Recorder()

    async def scenario() -> None:
        async with serving(recorder) as session:
            headers = {"Content-Type": content_type, "Authorization": "Bearer k"}
            await session.post("/tickets", data=body, headers=headers)

    play(scenario)
    event = recorder.events["toy"][0]
    assert event["isBase64Encoded"] is is_base64
    assert (base64.b64decode(event["body"]) if is_base64 else event["body"].encode()) == body


def test_the_authorizer_is_asked_once_for_each_identity_and_route() -> None:
    recorder = Recorder()
    routes = (Route("POST /tickets", "toy", KEY), Route("GET /tickets/{ticket_id}", "toy", KEY))

    async def scenario() -> None:
        async with serving(recorder, *routes) as session:
            for key in ("a", "a", "b"):
                await session.post("/tickets", headers={"Authorization": key})
            await session.get("/tickets/1", headers={"Authorization": "a"})
            await session.get("/tickets/2", headers={"Authorization": "a"})

    play(scenario)
    asked = recorder.events["authorizer"]
    assert [event["identitySource"] for event in asked] == [
        ["a", "POST /tickets"],
        ["b", "POST /tickets"],
        ["a", "GET /tickets/{ticket_id}"],
    ]
    assert (asked[2]["version"], asked[2]["type"]) == ("2.0", "REQUEST")
    assert asked[2]["pathParameters"] == {"ticket_id": "1"}
    assert asked[2]["routeArn"].endswith("localapi/$default/GET/tickets/1")
    assert "body" not in asked[0]


@pytest.mark.parametrize(
    ("headers", "authorizer", "status", "message"),
    [
        ({}, {"isAuthorized": True}, 401, "Unauthorized"),
        ({"Authorization": "k"}, {"isAuthorized": False}, 403, "Forbidden"),
        ({"Authorization": "k"}, {"policyDocument": {}}, 500, "Internal Server Error"),
        ({"Authorization": "k"}, Result(b"{}", "Unhandled"), 500, "Internal Server Error"),
    ],
)
def test_who_is_not_admitted_gets_the_gateways_answer(
    headers: dict[str, str], authorizer: Any, status: int, message: str
) -> None:
    recorder = Recorder(authorizer=authorizer)

    async def scenario() -> None:
        async with serving(recorder) as session:
            response = await session.post("/tickets", headers=headers)
            assert (response.status, await response.json()) == (status, {"message": message})
            assert response.headers["Apigw-Requestid"]

    play(scenario)
    assert recorder.events["toy"] == []


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (Result(b'{"errorMessage":"x"}', "Unhandled"), 500, "Internal Server Error"),
        ({"statusCode": 200, "body": {"not": "text"}}, 500, "Internal Server Error"),
        ({"statusCode": "many"}, 500, "Internal Server Error"),
    ],
)
def test_a_failing_integration_is_the_gateways_500(answer: Any, status: int, message: str) -> None:
    async def scenario() -> None:
        async with serving(Recorder(answer=answer)) as session:
            response = await session.get("/health")
            assert (response.status, await response.json()) == (status, {"message": message})

    play(scenario)


def test_bodies_above_10_mb_are_refused_with_and_without_a_length() -> None:
    recorder = Recorder()

    async def scenario() -> None:
        async with serving(recorder) as session:
            too_large = b"x" * (MAX_BODY_BYTES + 1)

            async def in_chunks() -> AsyncIterator[bytes]:
                for start in range(0, len(too_large), 1024 * 1024):
                    yield too_large[start : start + 1024 * 1024]

            for data in (io.BytesIO(too_large), in_chunks()):
                response = await session.post("/tickets", data=data, headers={"Authorization": "k"})
                assert (response.status, await response.json()) == (413, {"message": "Request Entity Too Large"})

    play(scenario)
    assert recorder.events["toy"] == []


def test_a_function_without_a_free_process_is_503() -> None:
    async def throttled(function: str, payload: bytes, trace_id: str | None = None) -> Result:
        return Result(b"{}", THROTTLED)

    async def scenario() -> None:
        async with serving(throttled) as session:
            response = await session.get("/health")
            assert (response.status, await response.json()) == (503, {"message": "Service Unavailable"})

    play(scenario)


def test_an_integration_that_takes_too_long_is_503() -> None:
    async def sleepy(function: str, payload: bytes, trace_id: str | None = None) -> Result:
        await asyncio.sleep(10)
        return Result(b"{}")

    async def scenario() -> None:
        async with serving(sleepy, timeout_s=0.05) as session:
            response = await session.get("/health")
            assert (response.status, await response.json()) == (503, {"message": "Service Unavailable"})

    play(scenario)


def test_without_a_default_route_the_gateway_says_not_found() -> None:
    async def scenario() -> None:
        async with serving(Recorder()) as session:
            response = await session.get("/elsewhere")
            assert (response.status, await response.json()) == (404, {"message": "Not Found"})

    play(scenario)


@pytest.mark.parametrize(
    ("answer", "status", "content_type", "body"),
    [
        ({"message": "hi"}, 200, "application/json", b'{"message":"hi"}'),
        ("hi", 200, "application/json", b"hi"),
        ({"statusCode": 201, "body": "hi"}, 201, "text/plain;charset=UTF-8", b"hi"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "text/plain;charset=UTF-8", b"hi"),
        (
            {"statusCode": 409, "headers": {"Content-Type": "application/problem+json"}, "body": "{}"},
            409,
            "application/problem+json",
            b"{}",
        ),
    ],
)
def test_answers_are_read_as_payload_format_2_says(answer: Any, status: int, content_type: str, body: bytes) -> None:
    response = response_from(json.dumps(answer).encode())

    assert (response.status, response.headers["Content-Type"], response.body) == (status, content_type, body)


def test_cookies_become_headers_of_their_own() -> None:
    response = response_from(json.dumps({"statusCode": 204, "cookies": ["a=1", "b=2"]}).encode())

    assert response.headers.getall("Set-Cookie") == ["a=1", "b=2"]


def test_a_request_goes_through_a_real_function(tmp_path: Path) -> None:
    function = toy(
        tmp_path,
        "toy",
        """
        import json
        def lambda_handler(event, context):
            body = json.dumps({"said": json.loads(event["body"])["text"], "id": context.aws_request_id})
            return {"statusCode": 202, "headers": {"Content-Type": "application/json", "Location": "/x"}, "body": body}
        """,
    )

    async def scenario() -> None:
        async with running(function) as pool:

            async def invoke(name: str, payload: bytes, trace_id: str | None = None) -> Result:
                return await pool.invoke(payload, trace_id)

            async with serving(invoke, Route("POST /tickets", "toy", None)) as session:
                response = await session.post("/tickets", json={"text": "hello"})
                assert (response.status, response.headers["Location"]) == (202, "/x")
                assert (await response.json())["said"] == "hello"

    play(scenario)
