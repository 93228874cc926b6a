"""The guard in front of every body, and errors as problem+json."""

from __future__ import annotations

import base64
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain import errors
from ticketrouter.edge import http

JSON = ("application/json",)


def _event(body: str, content_type: str = "application/json", **headers: str) -> dict[str, Any]:
    return {"headers": {"content-type": content_type, **headers}, "body": body, "isBase64Encoded": False}


def _read(event: dict[str, Any]) -> str:
    return http.read_body(event, media_types=JSON, max_bytes=100)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", 'application/json;charset="UTF-8"']
)
def test_json_in_utf8_is_read(content_type: str) -> None:
    assert _read(_event('{"a":"ä"}', content_type)) == '{"a":"ä"}'


def test_header_names_may_come_as_they_were_sent() -> None:
    # `sam local start-api` does not write them in lower case, as API Gateway does.
    event = {"headers": {"Content-Type": "application/json", "Idempotency-Key": ""}, "body": "{}"}

    assert _read(event) == "{}"
    assert http.header(event, "idempotency-key") == ""
    assert http.header(event, "authorization") is None


def test_a_base64_body_is_read() -> None:
    event = _event(base64.b64encode('"ä"'.encode()).decode()) | {"isBase64Encoded": True}
    assert _read(event) == '"ä"'


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (_event("{}", "text/plain"), errors.UnsupportedMediaTypeError),
        (_event("{}", ""), errors.UnsupportedMediaTypeError),
        ({"headers": {}, "body": "{}"}, errors.UnsupportedMediaTypeError),
        (_event("{}", "multipart/form-data"), errors.UnsupportedMediaTypeError),
        (_event("{}", "application/json; charset=latin-1"), errors.UnsupportedMediaTypeError),
        (_event("{}", **{"content-encoding": "gzip"}), errors.UnsupportedMediaTypeError),
        (_event("x" * 101), errors.PayloadTooLargeError),
        (_event("ä" * 51), errors.PayloadTooLargeError),
        (_event("A" * 200) | {"isBase64Encoded": True}, errors.PayloadTooLargeError),
        (_event("") | {"body": None}, errors.MalformedBodyError),
        (_event("  "), errors.MalformedBodyError),
        (_event("no base64!") | {"isBase64Encoded": True}, errors.MalformedBodyError),
        (_event(base64.b64encode(b"\xff\xfe").decode()) | {"isBase64Encoded": True}, errors.MalformedBodyError),
        (_event('"\ud800"'), errors.MalformedBodyError),
    ],
)
def test_what_cannot_be_a_body_is_refused_before_any_parser(event: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        _read(event)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{'a': 1}",
        '{"a":1,"a":2}',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        "1" * 16,
        "-" + "1" * 16,
        "1" * 5_000,
        "[" * 33 + "]" * 33,
        "[" * 100_000,
        '{"a":' * 100_000,
        '"\\ud800"',
        '{"\\udfff": 1}',
    ],
)
def test_what_is_not_strict_json_is_malformed(text: str) -> None:
    with pytest.raises(errors.MalformedBodyError):
        http.parse_json(text)


def test_strict_json_is_parsed() -> None:
    text = '{"a": [1, -2.5, "\\ud83d\\ude00", null, true], "b": ' + "[" * 30 + "]" * 30 + "}"
    assert http.parse_json(text) == json.loads(text)
    assert http.parse_json('\ufeff{"n": 999999999999999}') == {"n": 999_999_999_999_999}


@given(st.text())
def test_any_text_is_parsed_or_malformed(text: str) -> None:
    try:
        http.parse_json(text)
    except errors.MalformedBodyError as error:
        assert http.problem(error).status == 400


def _leaves() -> list[type[errors.RouterError]]:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RouterError)]
    return [kind for kind in classes if not kind.__subclasses__()]


def test_every_error_has_its_own_code_and_ends_in_error() -> None:
    codes = [kind.code for kind in _leaves()]
    assert len(set(codes)) == len(codes)
    assert all(kind.__name__.endswith("Error") for kind in _leaves())


@pytest.mark.parametrize("kind", http.STATUS, ids=lambda kind: kind.__name__)
def test_every_status_has_a_problem(kind: type[errors.RouterError]) -> None:
    problem = http.problem(kind())
    response = problem.response()
    body = json.loads(response["body"])
    assert response["headers"]["content-type"] == "application/problem+json"
    assert response["statusCode"] == body["status"] == http.STATUS[kind]
    assert body["code"] == kind.code
    assert ("retry-after" in response["headers"]) == issubclass(kind, errors.TransientError)


def test_fields_at_fault_are_pointed_at() -> None:
    error = errors.InvalidTicketError(errors.FieldProblem("/subject", "is too long"))
    assert http.problem(error).body["errors"] == [{"pointer": "/subject", "detail": "is too long"}]
    assert http.problem(error).status == 422


@pytest.mark.parametrize("kind", [RuntimeError, errors.MissingSettingError, errors.ModelMismatchError])
def test_an_unexpected_error_tells_nothing(kind: type[Exception]) -> None:
    problem = http.problem(kind("password=hunter2"))
    assert (problem.status, problem.body["code"]) == (500, "internal")
    assert "hunter2" not in problem.response()["body"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Root=1-6740f6a0-0123456789abcdef01234567", "1-6740f6a0-0123456789abcdef01234567"),
        ("Self=1-2;Root=1-6740f6a0-0123456789abcdef01234567;Sampled=1", "1-6740f6a0-0123456789abcdef01234567"),
        ("Root=1-6740f6a0-0123456789abcdef01234567secret", ""),
        ("my password", ""),
    ],
)
def test_of_a_trace_header_only_a_true_id_is_kept(header: str, expected: str) -> None:
    assert http.trace_id({"headers": {"x-amzn-trace-id": header}}) == expected


def test_a_request_without_a_trace_has_none() -> None:
    assert http.trace_id({"headers": {}}) == ""
