"""What every function behind the HTTP API does around its routes: dispatch, problems, logs, metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ticketrouter.domain.errors import ConfigError, NotFoundError, RouterError
from ticketrouter.edge import http
from ticketrouter.telemetry import Handler, Metric, count, crash_facts, instrumented, logger

Event = dict[str, Any]
Route = Callable[[Event], Event]


def http_handler(routes: Mapping[str, Route]) -> Handler:
    """Build the handler of an HTTP function.

    The event's route key alone decides who answers: the gateway has authorised that key, and matching the path once
    more could serve another route than the one that was allowed.

    Args:
        routes: Route key, as API Gateway writes it, to what answers it; `$default` for all others, a 404 without one.
    """

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        try:
            return routes.get(event["routeKey"], routes.get("$default", _not_found))(event)
        except ConfigError as error:  # a document that is read at run time, for one: the client did nothing wrong
            count(Metric.INTERNAL_ERRORS)
            logger.error("not set up", route=event.get("routeKey"), code=error.code, detail=str(error))
            return http.problem(error).response()
        except RouterError as error:
            count(Metric.REFUSED)
            logger.info("refused", route=event.get("routeKey"), code=error.code)
            return http.problem(error).response()
        except Exception as error:
            count(Metric.INTERNAL_ERRORS)
            logger.error("unexpected failure", route=event.get("routeKey"), **crash_facts(error))
            return http.problem(error).response()

    return handler


def _not_found(event: Event) -> Event:
    raise NotFoundError("there is nothing under this path")
