"""Query: HTTP event -> what is known -> answer, and the operator's actions. The routes are in `routes_*.py`."""

from __future__ import annotations

import os

from ticketrouter.http_function import http_handler
from ticketrouter.telemetry import Handler
from ticketrouter.usecases.audit import AuditTrail
from ticketrouter.usecases.feedback import FeedbackBook
from ticketrouter.usecases.incident_desk import IncidentDesk
from ticketrouter.usecases.live import Live
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.replay import Replay

from . import (
    routes_audit,
    routes_dead_letters,
    routes_deliveries,
    routes_feedback,
    routes_incidents,
    routes_live,
    routes_meta,
    routes_tickets,
)
from .audited import audited


def make_handler(
    *,
    query: Query,
    live: Live,
    operate: Operate,
    replay: Replay,
    desk: IncidentDesk,
    book: FeedbackBook,
    trail: AuditTrail,
) -> Handler:
    """Build the handler of every route that reads or operates, and of `$default`."""
    routes = audited(
        {
            **routes_tickets.routes(query, operate, book),
            **routes_live.routes(query, live),
            **routes_deliveries.routes(query, replay),
            **routes_incidents.routes(query, desk),
            **routes_dead_letters.routes(query, operate),
            **routes_feedback.routes(book),
            **routes_audit.routes(trail),
            **routes_meta.routes(query),
        },
        trail,
    )
    return http_handler(routes)


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(**bootstrap.query())
