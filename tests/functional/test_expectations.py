"""What "as expected" means: the rules of comparison, and the course of a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.errors import LocalStackError
from local.expectations import Event, check, differences, load_case, load_cases, question

EVENTS = Path(__file__).parents[2] / "events"


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"status": 202}, {"status": 202, "more": 1}),
        ({"body": {"lane": "express"}}, {"body": '{"lane": "express", "more": 1}'}),
        ({"body": []}, {"body": "[]"}),
        ([{"a": 1}, 2], [{"a": 1, "b": 2}, 2]),
        ({"a": {"$any": True}}, {"a": 0}),
        ({"a": {"$absent": True}}, {"b": 1}),
        ({"$matches": "INC-[0-9]+"}, "INC-2041"),
        ({"$matches": "a.*b"}, "a\nb"),
        ({"$between": [0.8, 1]}, 0.8),
        ({"$length": 2}, [1, 2]),
        (None, None),
    ],
)
def test_what_is_as_expected(expected: Any, actual: Any) -> None:
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "line"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "answer.a.b: expected 1, is 2"),
        ({"a": 1}, {"b": 1}, "answer.a: expected 1, is not there (there is b)"),
        ({"a": 1}, {}, "answer.a: expected 1, is not there (there is nothing)"),
        ({"a": 1}, None, 'answer: expected {"a": 1}, is null'),
        ({"a": 1}, "<html>", 'answer: expected {"a": 1}, is "<html>"'),
        ([1], [1, 2], "answer: expected [1], is [1, 2]"),
        ([1, 2], [1, 3], "answer[1]: expected 2, is 3"),
        (1, True, "answer: expected 1, is true"),
        ("7", 7, 'answer: expected "7", is 7'),
        ({"$any": True}, None, 'answer: expected {"$any": true}, is null'),
        ({"a": {"$any": True}}, {}, 'answer.a: expected {"$any": true}, is not there (there is nothing)'),
        ({"a": {"$absent": True}}, {"a": None}, "answer.a: expected nothing, is null"),
        ({"$matches": "INC"}, "INC-2041", 'answer: expected {"$matches": "INC"}, is "INC-2041"'),
        ({"$matches": "1"}, 1, 'answer: expected {"$matches": "1"}, is 1'),
        ({"$between": [0.8, 1]}, 0.79, 'answer: expected {"$between": [0.8, 1]}, is 0.79'),
        ({"$between": [0, 1]}, True, 'answer: expected {"$between": [0, 1]}, is true'),
        ({"$length": 2}, [1], 'answer: expected {"$length": 2}, is [1]'),
    ],
)
def test_what_is_not_is_named_in_one_line(expected: Any, actual: Any, line: str) -> None:
    assert differences(expected, actual) == [line]


def test_a_misspelt_rule_is_an_error_and_no_match() -> None:
    with pytest.raises(LocalStackError, match=r"no rule \$anny"):
        differences({"a": {"$anny": True}}, {"a": 1})


class Recorder:
    """A stage that notes what is asked of it, and answers every question alike."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def invoke(self, word: str, event: Event) -> Any:
        self.calls.append((word, event.get("routeKey", "-")))
        return {"statusCode": 200, "body": '{"status": "scored"}'}

    def begin(self, event: Event) -> None:
        self.calls.append(("begin", "-"))


def write_case(folder: Path, expected: dict[str, Any]) -> Path:
    for word, case in (("ingest", "first"), ("worker", "second")):
        (folder / word).mkdir()
        (folder / word / f"{case}.json").write_text('{"routeKey": "POST /tickets"}' if word == "ingest" else "{}")
    (folder / "query").mkdir()
    (folder / "query" / "get_ticket.json").write_text((EVENTS / "query" / "get_ticket.json").read_text())
    (folder / "worker" / "second.expected.json").write_text(json.dumps(expected))
    return folder / "worker" / "second.json"


def test_a_case_is_set_up_run_and_looked_at_in_this_order(tmp_path: Path) -> None:
    given = ["ingest/first", {"begun": "worker/second", "times": 2}]
    afterwards = {"GET /tickets/INC-1?include=deliveries": {"status": "failed"}}
    path = write_case(tmp_path, {"about": "x", "given": given, "answer": {"ok": True}, "afterwards": afterwards})
    stage = Recorder()

    problems = check(load_case(path), lambda word, event: {"ok": stage.calls.append((word, "tried"))}, stage)

    assert stage.calls == [
        ("ingest", "POST /tickets"),
        ("begin", "-"),
        ("begin", "-"),
        ("worker", "tried"),
        ("query", "GET /tickets/{ticket_id}"),
    ]
    assert problems == [
        "answer.ok: expected true, is null",
        'GET /tickets/INC-1?include=deliveries.status: expected "failed", is "scored"',
    ]


def test_a_question_is_the_event_that_the_gateway_would_send() -> None:
    event = question(EVENTS, "GET /tickets/INC-7?include=deliveries")

    assert (event["routeKey"], event["rawPath"], event["rawQueryString"], event["pathParameters"]) == (
        "GET /tickets/{ticket_id}",
        "/tickets/INC-7",
        "include=deliveries",
        {"ticket_id": "INC-7"},
    )
    assert event["requestContext"]["http"]["path"] == "/tickets/INC-7"
    with pytest.raises(LocalStackError, match="not a call"):
        question(EVENTS, "GET /nowhere")


@pytest.mark.parametrize("expected", [{"answer": 1}, {"about": "x"}, {"about": "x", "answer": 1, "after": {}}, []])
def test_an_expectation_of_another_form_is_refused(tmp_path: Path, expected: Any) -> None:
    path = write_case(tmp_path, expected)

    with pytest.raises(LocalStackError, match="must be an object with about, answer"):
        load_case(path)


def test_an_event_without_an_expectation_is_named(tmp_path: Path) -> None:
    write_case(tmp_path, {"about": "x", "answer": 1})

    with pytest.raises(LocalStackError, match=r"first\.expected\.json cannot be read"):
        load_cases(tmp_path)
