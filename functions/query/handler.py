"""Query: HTTP event -> what is known -> answer, and the operator's actions. The routes are in `routes_*.py`.

The event's route key alone decides who answers: the gateway has authorised that key, and matching the path once more
could serve another route than the one that was allowed.
"""

from __future__ import annotations

import os
from typing import Any

from ticketrouter.domain.errors import RouterError
from ticketrouter.edge import http
from ticketrouter.telemetry import Handler, Metric, count, instrumented, logger
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query

from . import routes_dead_letters, routes_deliveries, routes_live, routes_meta, routes_tickets

Event = dict[str, Any]


def make_handler(*, query: Query, operate: Operate) -> Handler:
    """Build the handler of every route that reads or operates, and of `$default`."""
    routes = {
        **routes_tickets.routes(query, operate),
        **routes_live.routes(query),
        **routes_deliveries.routes(query, operate),
        **routes_dead_letters.routes(query, operate),
        **routes_meta.routes(query),
    }

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        try:
            return routes.get(event["routeKey"], routes["$default"])(event)
        except RouterError as error:
            count(Metric.REFUSED)
            logger.info("refused", code=error.code)
            return http.problem(error).response()
        except Exception as error:
            count(Metric.INTERNAL_ERRORS)
            logger.exception("unexpected failure")
            return http.problem(error).response()

    return handler


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    reads, actions = bootstrap.query()
    lambda_handler = make_handler(query=reads, operate=actions)
