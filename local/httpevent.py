"""HTTP requests <-> Lambda events of an HTTP API, payload format 2.0.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from local.plan import ACCOUNT_ID, Place
from local.tracing import new_trace_id

API_ID = "localapi"
STAGE = "$default"
# What AWS delivers as text; all else is base64, also a body without a content type and form data.
# Source: measured against AWS in https://github.com/ministackorg/ministack/pull/766
_TEXT_TYPES = ("application/json", "application/xml", "application/javascript")


@dataclass(frozen=True, slots=True)
class Incoming:
    """What an event is made of, for the function and for the authorizer."""

    method: str
    path: str  # decoded, as HTTP APIs deliver it (REST APIs and function URLs do not)
    query: str
    headers: Mapping[str, str]
    cookies: list[str]
    context: Mapping[str, Any]
    path_parameters: Mapping[str, str]
    route_key: str

    @property
    def query_parameters(self) -> dict[str, str]:
        """Return the parameters; repeated ones are joined by commas."""
        joined: dict[str, str] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        return joined


def read_request(request: web.BaseRequest, route_key: str, path_parameters: Mapping[str, str]) -> Incoming:
    """Describe a request, without its body, as the gateway does."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers.items():
        lower = name.lower()
        if lower == "cookie":
            cookies += [part.strip() for part in value.split(";")]
        else:
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    source_ip = request.remote or ""
    headers.setdefault("x-amzn-trace-id", new_trace_id())
    headers |= {
        "x-forwarded-for": ", ".join(filter(None, (headers.get("x-forwarded-for"), source_ip))),
        "x-forwarded-port": str(request.get_extra_info("sockname", ("", 80))[1]),  # Host may hold anything
        "x-forwarded-proto": "http",
    }
    raw_path, _, query = request.raw_path.partition("?")
    path, now = unquote(raw_path), time.time()
    context = {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": headers.get("host", ""),
        "domainPrefix": API_ID,
        "http": {
            "method": request.method,
            "path": path,
            "protocol": f"HTTP/{request.version.major}.{request.version.minor}",
            "sourceIp": source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
        "routeKey": route_key,
        "stage": STAGE,
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
    return Incoming(request.method, path, query, headers, cookies, context, path_parameters, route_key)


def _shared_fields(incoming: Incoming) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": incoming.route_key,
        "rawPath": incoming.path,
        "rawQueryString": incoming.query,
        "headers": dict(incoming.headers),
        "requestContext": dict(incoming.context),
    }
    if incoming.cookies:
        event["cookies"] = incoming.cookies
    if incoming.query:
        event["queryStringParameters"] = incoming.query_parameters
    if incoming.path_parameters:
        event["pathParameters"] = dict(incoming.path_parameters)
    return event


def authorizer_event(incoming: Incoming, place: Place, identity: list[str]) -> dict[str, Any]:
    """Return the event of a REQUEST authorizer, payload format 2.0."""
    route_arn = place.arn("execute-api", f"{API_ID}/{STAGE}/{incoming.method}{incoming.path}")
    return {**_shared_fields(incoming), "type": "REQUEST", "routeArn": route_arn, "identitySource": identity}


def function_event(incoming: Incoming, body: bytes, granted: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the event of the integration.

    Args:
        incoming: The request.
        body: As it came.
        granted: The authorizer's context; None on an open route.
    """
    event = _shared_fields(incoming)
    if granted is not None:
        event["requestContext"]["authorizer"] = {"lambda": dict(granted)}
    event["isBase64Encoded"] = False
    if body:
        text = _as_text(body, incoming.headers.get("content-type", ""))
        event["body"] = base64.b64encode(body).decode() if text is None else text
        event["isBase64Encoded"] = text is None
    return event


def _as_text(body: bytes, content_type: str) -> str | None:
    media_type = content_type.partition(";")[0].strip().lower()
    if not (media_type.startswith("text/") or media_type in _TEXT_TYPES):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        # What AWS does with broken text is not documented; this way the function sees the very bytes and refuses.
        return None


def response_from(payload: bytes) -> web.Response:
    """Turn a function's answer into a response; without a statusCode the whole answer is the body.

    Raises:
        ValueError: The answer is not what the gateway accepts.
    """
    answer = json.loads(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer, separators=(",", ":"))
        return web.Response(body=body.encode(), headers={"Content-Type": "application/json"})
    content = answer.get("body") or ""
    if not isinstance(content, str):
        raise ValueError("body must be a string")
    data = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
    response = web.Response(status=int(answer["statusCode"]), body=data)
    headers = {str(name).lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    headers.pop("content-length", None)  # the gateway counts for itself
    response.headers["Content-Type"] = headers.pop("content-type", "text/plain;charset=UTF-8")
    response.headers.extend(headers)
    for cookie in answer.get("cookies") or ():
        response.headers.add("Set-Cookie", str(cookie))
    return response
