"""Every route is guarded, and guarded by the one table of scopes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.transformed import ALIAS, Template
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES

SERVED_BY = {
    "POST /tickets": "Ingest",
    "POST /tickets/batch": "Ingest",
    "POST /score": "Score",
    "GET /model": "Score",
}


def _operations(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            yield ("$default" if operation.get("isDefaultRoute") else f"{method.upper()} {path}"), operation


@pytest.fixture(scope="session")
def body(template: Template) -> dict[str, Any]:
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    document: dict[str, Any] = api["Body"]
    return document


@pytest.fixture(scope="session")
def routes(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(_operations(body))


def test_each_route_has_a_scope_or_is_open(routes: dict[str, Any]) -> None:
    assert set(routes) == set(ROUTE_SCOPES) | set(OPEN_ROUTES)


def test_only_open_routes_skip_the_authorizer(routes: dict[str, Any]) -> None:
    open_routes = {route for route, operation in routes.items() if operation["security"] == [{"NONE": []}]}
    guarded = {route for route, operation in routes.items() if operation["security"] == [{"ApiKey": []}]}

    assert open_routes == set(OPEN_ROUTES)
    assert guarded == set(ROUTE_SCOPES)


def test_open_routes_are_these_and_no_more() -> None:
    # `/` has no route of its own: it is $default's.
    assert set(OPEN_ROUTES) == {"GET /health", "GET /openapi.json", "GET /docs", "$default"}


def test_each_route_goes_to_its_function(routes: dict[str, Any]) -> None:
    for route, operation in routes.items():
        integration = operation["x-amazon-apigateway-integration"]

        assert f"${{{SERVED_BY.get(route, 'Query')}Function{ALIAS}}}" in integration["uri"]["Fn::Sub"], route
        assert integration["payloadFormatVersion"] == "2.0", route


def test_an_answer_of_the_authorizer_is_cached_by_key_and_route(body: dict[str, Any]) -> None:
    scheme = body["components"]["securitySchemes"]["ApiKey"]["x-amazon-apigateway-authorizer"]

    # Without the route, a cached "may read" would open the routes that need "operate".
    assert scheme["identitySource"] == ["$request.header.Authorization", "$context.routeKey"]
    assert scheme["authorizerResultTtlInSeconds"] == 60
    assert scheme["authorizerPayloadFormatVersion"] == "2.0"
    assert scheme["enableSimpleResponses"] is True
    uri, variables = scheme["authorizerUri"]["Fn::Sub"]
    assert uri.endswith("/functions/${__FunctionArn__}/invocations")
    assert variables["__FunctionArn__"] == {"Fn::Sub": "${AuthorizerFunction.Arn}:live"}


def test_the_stage_throttles(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    settings = stage["DefaultRouteSettings"]

    assert template.value(settings["ThrottlingRateLimit"]) > 0
    assert template.value(settings["ThrottlingBurstLimit"]) >= template.value(settings["ThrottlingRateLimit"])


def test_functions_behind_the_api_give_up_before_it_does(template: Template) -> None:
    # Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (30 s)
    for word in ("ingest", "query", "score", "authorizer"):
        assert template.value(template.functions()[word]["Timeout"]) < 30, word
