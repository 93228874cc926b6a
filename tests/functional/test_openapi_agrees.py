"""What the document says of a body or a parameter is what the code does: nothing more is taken, nothing less."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.openapi_check import document
from ticketrouter.domain.errors import InvalidInputError
from ticketrouter.domain.stats import MAX_WINDOW_S, MIN_WINDOW_S
from ticketrouter.domain.ticket import TICKET_ID, check_lengths, clean
from ticketrouter.edge.requests import ScoreRequest, StatsParameters, read_parameters, read_request
from ticketrouter.edge.requests_feedback import FeedbackRequest
from ticketrouter.edge.requests_operate import RedriveRequest, ReplayRequest
from ticketrouter.edge.tickets import TicketRequest, parse_ticket

READERS: dict[str, type[Any]] = {
    shape.__name__: shape for shape in (ScoreRequest, FeedbackRequest, RedriveRequest, ReplayRequest)
}
CASES: list[tuple[str, Any, bool]] = [
    ("TicketRequest", {}, False),
    ("TicketRequest", {"text": "a"}, True),
    ("TicketRequest", {"text": "a", "description": None}, True),
    ("TicketRequest", {"text": "a", "description": "b"}, False),
    ("TicketRequest", {"description": None}, False),
    ("TicketRequest", {"description": " \n\u200e\x00\x1f\ufeff"}, False),
    ("TicketRequest", {"description": "\u3000\x85a"}, True),
    ("TicketRequest", {"description": "a" * 20_000}, True),
    ("TicketRequest", {"description": "a" * 20_001}, False),
    ("TicketRequest", {"text": "a", "subject": "a" * 301}, False),
    ("TicketRequest", {"text": "a", "customer": "a" * 201}, False),
    ("TicketRequest", {"text": "a", "channel": "a" * 200}, True),
    ("TicketRequest", {"text": "a", "metadata": {str(n): "" for n in range(33)}}, False),
    ("TicketRequest", {"text": "a", "ticket_id": ".."}, False),
    ("TicketRequest", {"text": "a", "ticket_id": "..."}, True),
    ("ScoreRequest", {}, False),
    ("ScoreRequest", {"text": "a", "ticket_id": "b"}, False),
    ("ScoreRequest", {"text": None, "ticket_id": "b"}, True),
    ("ScoreRequest", {"text": " "}, False),
    ("FeedbackRequest", {}, False),
    ("FeedbackRequest", {"category": "\u200e", "note": " "}, False),
    ("FeedbackRequest", {"urgency": 0}, True),
    ("FeedbackRequest", {"urgency": 0.3}, False),
    ("FeedbackRequest", {"sentiment": None, "urgency": None}, False),
    ("RedriveRequest", {}, False),
    ("RedriveRequest", {"ids": ["a"]}, True),
    ("RedriveRequest", {"ids": ["a"], "all": True}, False),
    ("RedriveRequest", {"ids": ["a"], "reason": "", "since": None}, True),
    ("RedriveRequest", {"ids": ["a"], "since": 1}, False),
    ("RedriveRequest", {"ids": [], "until": "2026-11-21T12:00:00Z"}, True),
    ("RedriveRequest", {"until": "soon"}, False),
    ("RedriveRequest", {"all": False, "reason": "poison", "per_minute": 60.0}, True),
    ("RedriveRequest", {"all": True, "per_minute": 60.5}, False),
    ("ReplayRequest", {"since": 1_795_262_400_000, "until": "1795262400000"}, True),
    ("ReplayRequest", {"since": -1}, False),
    ("ReplayRequest", {"since": 1_795_262_400_000.0, "per_minute": 60.0}, True),
    ("ReplayRequest", {"since": ""}, False),
    ("ReplayRequest", {"per_minute": True}, False),
]


def read(shape: str, body: Any) -> None:
    if shape != TicketRequest.__name__:
        event = {"headers": {"content-type": "application/json"}, "body": json.dumps(body)}
        read_request(event, READERS[shape])
        return
    ticket = parse_ticket(body)
    words = clean(ticket.description or ticket.text or "")
    check_lengths(ticket.subject, words, {"customer": ticket.customer, "channel": ticket.channel}, ticket.metadata)


def takes(reader: Callable[[], object]) -> bool:
    try:
        reader()
    except InvalidInputError:
        return False
    return True


@pytest.mark.parametrize(("shape", "body", "is_right"), CASES)
def test_a_body_is_right_by_the_document_if_the_code_takes_it(shape: str, body: Any, is_right: bool) -> None:
    schemas = document()["components"]
    by_document = Draft202012Validator(
        {**schemas["schemas"][shape], "components": schemas}, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).is_valid(body)

    assert (by_document, takes(lambda: read(shape, body))) == (is_right, is_right)


def parameter(path: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(it for it in document()["paths"][path]["get"]["parameters"] if it["name"] == name)
    return found


@pytest.mark.parametrize(("unit", "unit_s"), [("", 1), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)])
def test_a_window_is_right_by_the_document_if_it_is_one(unit: str, unit_s: int) -> None:
    pattern = re.compile(parameter("/stats", "window")["schema"]["pattern"])
    for number in [*range(130), *range(1_430, 1_450), *range(86_390, 86_410), 999_999]:
        text = f"{number}{unit}"
        is_one = MIN_WINDOW_S <= number * unit_s <= MAX_WINDOW_S

        assert (pattern.fullmatch(text) is not None) is is_one, text
        if is_one:
            assert read_parameters({"rawQueryString": f"window={text}"}, StatsParameters).window == number * unit_s


def test_every_query_parameter_may_be_empty() -> None:
    empty = [
        parameter["allowEmptyValue"]
        for methods in document()["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    ]
    assert empty
    assert all(empty)


@pytest.mark.parametrize("ticket_id", [".", "..", "", "a/b", "a" * 129, "..\n", "%2e"])
def test_an_id_that_clients_could_not_put_into_a_path_is_none(ticket_id: str) -> None:
    assert not TICKET_ID.fullmatch(ticket_id)


@pytest.mark.parametrize("ticket_id", ["...", ".a", "a.", "..a", "-", "a" * 128])
def test_other_ids_with_dots_stay_ids(ticket_id: str) -> None:
    assert TICKET_ID.fullmatch(ticket_id)
