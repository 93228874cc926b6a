"""The events of query, and a router in memory that answers them; each answer is held to the OpenAPI document."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from functions.query.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from tests.openapi_check import assert_as_documented
from tests.query_world import QueryWorld
from ticketrouter.domain.record import TicketRecord

EVENTS = Path(__file__).parents[1] / "events" / "query"


def load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text(encoding="utf-8"))
    return event


class World(QueryWorld):
    def __init__(self) -> None:
        super().__init__()
        self.handler = make_handler(**self.parts)

    def call(self, event: dict[str, Any]) -> dict[str, Any]:
        response = self.handler(copy.deepcopy(event), FakeLambdaContext("query"))
        if event["routeKey"] != "$default":
            assert_as_documented(event["routeKey"], response)
        return response

    def ask(self, case: str, query: str | None = None) -> tuple[int, Any]:
        event = load(case)
        if query is not None:
            event["rawQueryString"] = query
        response = self.call(event)
        return response["statusCode"], json.loads(response["body"])

    def delivered(self) -> TicketRecord:
        record = self.score(self.accept("INC-2041", customer="acme-gmbh"))
        self.deliver(record, 503, 200)
        return record
