"""The HTTP front: imitates an HTTP API of API Gateway, its own answers included.

Our functions' refusals are problem+json; those the gateway makes itself are `{"message": …}`, as here.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (10 MB, 30 s)
"""

from __future__ import annotations

import asyncio
import json
import logging

from aiohttp import web

from local.authorizer import AuthorizerFailedError, DeniedError, Gatekeeper, IdentityMissingError, Invoke
from local.httpevent import Incoming, function_event, read_request, response_from
from local.plan import Plan, Route
from local.routing import Router
from local.runtime import THROTTLED
from local.throttle import TokenBucket

MAX_BODY_BYTES = 10 * 1024 * 1024
INTEGRATION_TIMEOUT_S = 30
_log = logging.getLogger(__name__)


def _own_answer(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


class Gateway:
    """Serves one HTTP API."""

    def __init__(self, plan: Plan, invoke: Invoke, timeout_s: float = INTEGRATION_TIMEOUT_S) -> None:
        """Prepare; `invoke` runs a function by its logical id."""
        self._router = Router(plan.routes)
        self._gatekeeper = Gatekeeper(invoke, plan.place)
        self._invoke, self._timeout_s = invoke, timeout_s
        self._bucket = TokenBucket(plan.throttle) if plan.throttle else None

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        matched = self._router.match(request.method, request.raw_path.partition("?")[0])
        if matched is None:
            return _own_answer(404, "Not Found")
        route, path_parameters = matched
        incoming = read_request(request, route.key, path_parameters)
        response = await self._respond(request, incoming, route)
        response.headers["Apigw-Requestid"] = incoming.context["requestId"]
        return response

    async def _respond(self, request: web.BaseRequest, incoming: Incoming, route: Route) -> web.Response:
        granted = None
        if self._bucket and not self._bucket.take():
            return _own_answer(429, "Too Many Requests")
        try:
            if (request.content_length or 0) > MAX_BODY_BYTES:
                return _own_answer(413, "Request Entity Too Large")
            body = await request.read()
            if route.authorizer:
                granted = await self._gatekeeper.admit(route.authorizer, incoming)
        except web.HTTPRequestEntityTooLarge:
            return _own_answer(413, "Request Entity Too Large")
        except (web.RequestPayloadError, ConnectionResetError):  # chunks that are none, or a client that is gone
            return _own_answer(400, "Bad Request")
        except IdentityMissingError:
            return _own_answer(401, "Unauthorized")
        except DeniedError:
            return _own_answer(403, "Forbidden")
        except AuthorizerFailedError:
            return _own_answer(500, "Internal Server Error")
        return await self._integrate(route, incoming, function_event(incoming, body, granted))

    async def _integrate(self, route: Route, incoming: Incoming, event: dict[str, object]) -> web.Response:
        payload = json.dumps(event, separators=(",", ":")).encode()
        try:
            result = await asyncio.wait_for(
                self._invoke(route.function, payload, incoming.headers["x-amzn-trace-id"]), self._timeout_s
            )
        except TimeoutError:
            return _own_answer(503, "Service Unavailable")
        if result.error_type == THROTTLED:
            return _own_answer(503, "Service Unavailable")
        if result.failed:
            _log.warning("%s failed: %s", route.function, result.payload.decode(errors="replace")[:500])
            return _own_answer(500, "Internal Server Error")
        try:
            return response_from(result.payload)
        except (ValueError, TypeError) as error:
            _log.warning("%s answered what API Gateway cannot read: %s", route.function, error)
            return _own_answer(500, "Internal Server Error")
