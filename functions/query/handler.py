"""Query: HTTP event -> what is known -> answer, and the operator's actions. The routes are in `routes_*.py`."""

from __future__ import annotations

import os

from ticketrouter.http_function import http_handler
from ticketrouter.telemetry import Handler
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query

from . import routes_dead_letters, routes_deliveries, routes_live, routes_meta, routes_tickets


def make_handler(*, query: Query, operate: Operate) -> Handler:
    """Build the handler of every route that reads or operates, and of `$default`."""
    return http_handler(
        {
            **routes_tickets.routes(query, operate),
            **routes_live.routes(query),
            **routes_deliveries.routes(query, operate),
            **routes_dead_letters.routes(query, operate),
            **routes_meta.routes(query),
        }
    )


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    reads, actions = bootstrap.query()
    lambda_handler = make_handler(query=reads, operate=actions)
