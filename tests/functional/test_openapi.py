"""The committed OpenAPI document: fresh, valid, whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from local import openapi
from tests.openapi_check import document
from ticketrouter.domain import errors
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES
from ticketrouter.edge.http import STATUS, problem
from ticketrouter.edge.operations import OPERATIONS

ROUTES = sorted(key for key in ROUTE_SCOPES.keys() | OPEN_ROUTES if " " in key)


def test_the_committed_document_is_what_the_code_says() -> None:
    assert document() == json.loads(json.dumps(openapi.build())), "run `make openapi` and commit what it writes"


def test_the_link_in_docs_leads_to_the_document() -> None:
    assert json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8")) == document()


def test_it_is_valid_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")
    validate(document())


def test_every_route_is_in_it_and_no_other() -> None:
    assert sorted(OPERATIONS) == ROUTES


@pytest.mark.parametrize("key", ROUTES)
def test_a_route_names_its_scope_or_is_open(key: str) -> None:
    method, path = key.split(" ", 1)
    security = document()["paths"][path][method.lower()]["security"]
    assert security == ([{"key": [ROUTE_SCOPES[key].value]}] if key in ROUTE_SCOPES else [])


@pytest.mark.parametrize("key", ROUTES)
def test_the_refusals_of_the_gateway_itself_are_listed(key: str) -> None:
    method, path = key.split(" ", 1)
    operation = document()["paths"][path][method.lower()]
    expected = {"429", "503"}
    expected |= {"401", "403"} if key in ROUTE_SCOPES else set()
    expected |= {"413"} if "requestBody" in operation else set()
    listed = {
        status
        for status, response in operation["responses"].items()
        if response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "").endswith("Message")
    }
    assert listed == expected


def test_what_is_wrong_with_a_row_is_no_answer_to_its_batch() -> None:
    paths = document()["paths"]
    statuses = {path: set(paths[path]["post"]["responses"]) for path in ("/tickets", "/tickets/batch")}
    assert statuses["/tickets"] - statuses["/tickets/batch"] == {"409", "422"}


def test_every_error_with_a_status_is_raised_by_some_route() -> None:
    raised = {error for operation in OPERATIONS.values() for error in operation.raises}
    raised.add(errors.MethodNotAllowedError)  # by $default, which is in no document
    for kind in STATUS:
        assert any(issubclass(error, kind) for error in raised), kind.__name__


@pytest.mark.parametrize("kind", sorted(STATUS, key=str))
def test_a_problem_has_the_documented_shape(kind: type[errors.RouterError]) -> None:
    if issubclass(kind, errors.InvalidInputError):
        body, shape = problem(kind(errors.FieldProblem("/a", "b"))).body, "InvalidInput"
    else:
        body, shape = problem(kind("detail")).body, "Problem"
    documented = document()["components"]["schemas"][shape]
    assert body.keys() == documented["properties"].keys() == set(documented["required"])


def test_operation_ids_are_unique() -> None:
    ids = [operation.id for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)
