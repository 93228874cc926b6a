"""The OpenAPI 3.1 document: built from `edge/operations.py`, committed, and served by query at `/openapi.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ticketrouter.domain.access import ROUTE_SCOPES
from ticketrouter.domain.errors import InvalidInputError, RouterError, TransientError
from ticketrouter.domain.ticket import IDEMPOTENCY_KEY, TICKET_ID
from ticketrouter.edge.http import STATUS, TITLES
from ticketrouter.edge.operations import OPERATIONS, TAGS, Operation
from ticketrouter.edge.tickets import MAX_BATCH_ROWS

DOCUMENT = Path(__file__).parent.parent / "functions" / "query" / "openapi.json"
DESCRIPTION = (
    "Takes support tickets, scores them with ONNX models and alerts people about the urgent ones. "
    "Refusals are problem+json (RFC 9457) with a stable `code`; the gateway in front makes some itself, "
    'as `{"message": …}`.'
)
# What API Gateway answers without asking a function, and in which words.
# Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
GATEWAY = {
    401: "Unauthorized",
    403: "Forbidden",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
_REF = "#/components/schemas/"
_PATH_PARAMETERS = {
    "ticket_id": {"type": "string", "pattern": f"^{TICKET_ID.pattern}$"},
    "delivery_id": {"type": "string", "description": "`<ticket_id>~<destination>`"},
    "destination_id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "customer": {"type": "string"},
    "incident_id": {"type": "string", "pattern": "^inc_[0-9a-z]{26}$"},
}
_HEADERS = {
    "Idempotency-Key": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"},
    "If-None-Match": {"type": "string"},
}
Json = dict[str, Any]


def write(path: Path = DOCUMENT) -> None:
    """Write the document where query serves it from."""
    path.write_text(json.dumps(build(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def build() -> Json:
    """Return the document."""
    paths: dict[str, Json] = {}
    for key, operation in OPERATIONS.items():
        method, path = key.split(" ", 1)
        paths.setdefault(path, {})[method.lower()] = _operation(key, path, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ticket router", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key; its scopes say what it may do."}
            },
            "schemas": _schemas(),
        },
    }


def _operation(key: str, path: str, operation: Operation) -> Json:
    scope = ROUTE_SCOPES.get(key)
    document: Json = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": [{"key": [scope.value]}] if scope else [],
        "responses": _responses(operation, guarded=scope is not None),
    }
    if operation.description:
        document["description"] = operation.description
    if parameters := list(_parameters(path, operation)):
        document["parameters"] = parameters
    if operation.body:
        content = {media_type: {"schema": _shape(shape)} for media_type, shape in operation.body.items()}
        document["requestBody"] = {"required": True, "content": content}
    return document


def _shape(shape: Any) -> Json:
    if shape is None:
        return {"type": "string"}
    if isinstance(shape, list):
        return {"type": "array", "items": _shape(shape[0]), "minItems": 1, "maxItems": MAX_BATCH_ROWS}
    return {"$ref": _REF + shape.__name__}


def _parameters(path: str, operation: Operation) -> Iterator[Json]:
    for name in re.findall(r"\{([^}]+)\}", path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS[name]}
    if operation.parameters:
        shape = operation.parameters.model_json_schema()
        for name, schema in shape["properties"].items():
            yield _query_parameter(name, schema, shape.get("$defs", {}))
    for name, description in operation.headers.items():
        yield {"name": name, "in": "header", "description": description, "schema": _HEADERS[name]}


def _query_parameter(name: str, schema: Json, definitions: Json) -> Json:
    """Describe a parameter; one that may be left out is not nullable, as a query string knows no null."""
    outer = {part: value for part, value in schema.items() if part not in ("title", "anyOf", "default")}
    inner: Json = next((option for option in schema.get("anyOf", ()) if option.get("type") != "null"), {})
    merged = {**inner, **outer}
    if reference := merged.pop("$ref", None):
        merged = {**definitions[reference.rpartition("/")[2]], **merged}
        merged.pop("title", None)
    if schema.get("default") not in (None, ""):
        merged["default"] = schema["default"]
    if "integer" in (types := merged.get("type", ())) and "string" in types:  # all is text here
        options = [option for option in merged["anyOf"] if option["type"] == "string"]
        merged = {**merged, "type": "string", "anyOf": options}
    description = merged.pop("description", None)
    said = {"description": description} if description else {}
    return {"name": name, "in": "query", **said, "allowEmptyValue": True, "schema": merged}  # empty is not given


def _responses(operation: Operation, *, guarded: bool) -> Json:
    responses: Json = {str(operation.status): _success(operation)}
    if operation.not_modified:
        responses["304"] = {"description": "Nothing is different from the answer that `If-None-Match` names."}
    refusals: dict[int, list[type[RouterError]]] = {500: []}
    for error in operation.raises:
        refusals.setdefault(_status(error), []).append(error)
    by_gateway = {status for status in GATEWAY if guarded or status not in (401, 403)}
    by_gateway -= set() if operation.body else {413}
    for status in sorted(refusals.keys() | by_gateway):
        responses[str(status)] = _refusal(status, refusals.get(status), by_gateway=status in by_gateway)
    return responses


def _success(operation: Operation) -> Json:
    document: Json = {"description": operation.summary + "."}
    if operation.answer:
        document["description"] = (operation.answer.__doc__ or "").split("\n", 1)[0]
    if operation.answer_type:
        schema = _shape(operation.answer) if operation.answer else {}
        document["content"] = {operation.answer_type: {"schema": schema} if schema else {}}
    if operation.answer_headers:
        document["headers"] = {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in operation.answer_headers.items()
        }
    return document


def _refusal(status: int, raised: list[type[RouterError]] | None, *, by_gateway: bool) -> Json:
    """Describe a refusal: ours as a problem, the gateway's own as a message, or either."""
    content: Json = {}
    reasons = []
    if raised is not None:
        invalid = any(issubclass(error, InvalidInputError) for error in raised)
        content["application/problem+json"] = {"schema": {"$ref": _REF + ("InvalidInput" if invalid else "Problem")}}
        reasons += [f"`{error.code}`: {(error.__doc__ or '').split(chr(10), 1)[0]}" for error in raised]
    if by_gateway:
        content["application/json"] = {"schema": {"$ref": _REF + "GatewayMessage"}}
        reasons.append(f'The gateway itself: `{{"message": "{GATEWAY[status]}"}}`.')
    refusal: Json = {"description": " ".join(reasons) or f"{TITLES[status]}: `internal`.", "content": content}
    if any(issubclass(error, TransientError) for error in raised or ()):
        refusal["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return refusal


def _status(error: type[RouterError]) -> int:
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


def _schemas() -> Json:
    shapes: dict[type[BaseModel], JsonSchemaMode] = {}
    for operation in OPERATIONS.values():
        for shape in operation.body.values():
            asked = shape[0] if isinstance(shape, list) else shape
            if asked:
                shapes[asked] = "validation"
        if operation.answer:
            shapes[operation.answer] = "serialization"
    _, document = models_json_schema(list(shapes.items()), ref_template=_REF + "{model}")
    schemas = {name: _without_titles(schema) for name, schema in document["$defs"].items()}
    schemas["TicketDetail"]["required"] = schemas["TicketResource"]["required"]  # what `include` adds may be absent
    return dict(sorted({**schemas, **_PROBLEMS}.items()))


def _without_titles(schema: Json) -> Json:
    """Drop pydantic's titles: they only repeat the names."""
    properties = {
        name: {part: value for part, value in of_one.items() if part != "title"}
        for name, of_one in schema.get("properties", {}).items()
    }
    rest = {part: value for part, value in schema.items() if part != "title"}
    return {**rest, "properties": properties} if properties else rest


_TEXT = {"type": "string"}
_PROBLEM: Json = {
    "type": "object",
    "description": "A refusal of ours (RFC 9457). Match `code`, never `detail`.",
    "properties": {
        "type": {"type": "string", "description": "`urn:ticket-router:problem:<code>`"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable."},
        "detail": {"type": "string", "description": "For a person."},
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_PROBLEMS: Json = {
    "Problem": _PROBLEM,
    "InvalidInput": {
        **_PROBLEM,
        "description": "A refusal that names each place at fault.",
        "properties": {
            **_PROBLEM["properties"],
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": {"type": "string", "description": "JSON pointer into the body, or `/<parameter>`."},
                        "detail": _TEXT,
                    },
                    "required": ["pointer", "detail"],
                },
            },
        },
        "required": [*_PROBLEM["required"], "errors"],
    },
    "GatewayMessage": {
        "type": "object",
        "description": "A refusal of the gateway, made before any function was asked.",
        "properties": {"message": _TEXT},
        "required": ["message"],
    },
}
