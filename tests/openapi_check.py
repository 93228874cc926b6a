"""Hold an answer to the committed OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from local.openapi import DOCUMENT


@cache
def document() -> dict[str, Any]:
    """Return the committed document."""
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


def assert_as_documented(route_key: str, response: dict[str, Any]) -> None:
    """Fail unless status, media type and body of a response are what the document says of this route."""
    method, path = route_key.split(" ", 1)
    responses = document()["paths"][path][method.lower()]["responses"]
    status = str(response["statusCode"])
    assert status in responses, f"{route_key} answers {status}, which is not documented"
    content = responses[status].get("content", {})
    if not content:
        assert not response.get("body"), f"{route_key} {status} is documented without a body"
        return
    media_type = response["headers"]["content-type"].split(";")[0]
    assert media_type in content, f"{route_key} {status} is {media_type}, documented are {list(content)}"
    schema = content[media_type].get("schema")
    if schema:
        whole = {**schema, "components": document()["components"]}
        Draft202012Validator(whole, format_checker=FormatChecker()).validate(json.loads(response["body"]))
