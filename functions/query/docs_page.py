"""The page at `/docs`, drawn from the OpenAPI document: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; text-transform: capitalize; }
details { border-top: 1px solid #8885; padding: .5rem 0; }
summary { cursor: pointer; } code { font: .9em ui-monospace, monospace; }
summary b { display: inline-block; min-width: 4.5rem; font: bold .85em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } caption { text-align: left; font-weight: bold; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-top: 1px solid #8883; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def render(document: Mapping[str, Any]) -> str:
    """Return the page for an OpenAPI document."""
    title = escape(document["info"]["title"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{_prose(document['info']['description'])}</p>"
        '<p>The whole contract, for tools: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
        f"{''.join(_sections(document))}<h2>Shapes</h2>"
        f"{''.join(_shape(name, schema) for name, schema in document['components']['schemas'].items())}</body></html>"
    )


def _sections(document: Mapping[str, Any]) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{_prose(tag['description'])}</p>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield _operation(method.upper(), path, operation)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    scopes = [scope for requirement in operation["security"] for names in requirement.values() for scope in names]
    key = f"Needs a key with the scope <code>{escape(', '.join(scopes))}</code>." if scopes else "Open to everyone."
    parameters = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{parameter['in']}</td><td>{_type(parameter['schema'])}</td>"
        f"<td>{_prose(parameter.get('description', ''))}</td></tr>"
        for parameter in operation.get("parameters", [])
    )
    responses = "".join(
        f"<tr><td><code>{status}</code></td><td>{_content(response)}</td>"
        f"<td>{_prose(response['description'])}</td></tr>"
        for status, response in operation["responses"].items()
    )
    body = _content(operation.get("requestBody", {}))
    return (
        f"<details><summary><b>{method}</b> <code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"<p>{_prose(operation.get('description', ''))} {key}</p>"
        + (f"<p>Body: {body}</p>" if body else "")
        + (f"<table><caption>Parameters</caption>{parameters}</table>" if parameters else "")
        + f"<table><caption>Answers</caption>{responses}</table></details>"
    )


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    """Draw what the operations refer to by name: its fields, each with its type and meaning."""
    required = schema.get("required", [])
    fields = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(part)}{'' if field in required else ', optional'}</td>"
        f"<td>{_prose(part.get('description', ''))}</td></tr>"
        for field, part in schema.get("properties", {}).items()
    )
    return (
        f"<details><summary><code>{escape(name)}</code></summary>"
        # The name is inside: a browser that follows a link to it opens the fold.
        f'<p id="{escape(name)}">{_prose(schema.get("description", ""))}</p>'
        + (f"<table>{fields}</table>" if fields else f"<p>{_type(schema)}</p>")
        + "</details>"
    )


def _content(part: Mapping[str, Any]) -> str:
    """Name media types and shapes, e.g. `application/json: TicketPage`."""
    return "; ".join(
        f"{escape(media_type)}: {_type(media.get('schema', {}))}".removesuffix(": ")
        for media_type, media in part.get("content", {}).items()
    )


def _type(schema: Mapping[str, Any]) -> str:
    """Say what a value is; a shape that has a name is a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return escape(schema.get("type", ""))


def _prose(text: str) -> str:
    """Return a description; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
