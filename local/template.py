"""template.yaml -> `Plan`: the SAM and CloudFormation resources that the local stack runs.

Source of names and defaults: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
(`AWS::Serverless::Function`, `AWS::Serverless::HttpApi`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.document import FUNCTION, HTTP_API, PARAMETER, SECRET, Document, required
from local.errors import TemplateError
from local.intrinsics import load_yaml
from local.plan import Authorizer, Function, Parameter, Place, Plan, Route, Secret, Throttle
from local.sources import read_mappings, read_queues, read_schedules

_MERGED = ("Environment", "LoggingConfig")  # maps: Globals and the function's own are merged, not replaced


def load_plan(path: Path, place: Place, overrides: Mapping[str, str] | None = None) -> Plan:
    """Read a template.

    Args:
        path: The template.
        place: What addresses and pseudo parameters resolve to.
        overrides: Parameters to set, see `overrides.parse_overrides`.

    Raises:
        TemplateError: Names the logical id of what cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"Cannot read {path} ({error.strerror}): run this in the repository's root") from error
    document = Document(load_yaml(text), place, overrides or {})
    queues = read_queues(document)
    return Plan(
        place=place,
        functions={logical_id: read_function(document, logical_id) for logical_id in document.of_type(FUNCTION)},
        routes=tuple(_read_route(document, *event) for event in document.events("HttpApi")),
        throttle=_read_throttle(document),
        queues=tuple(queues.values()),
        mappings=read_mappings(document, queues),
        schedules=read_schedules(document),
        secrets=tuple(_read_secret(document, logical_id) for logical_id in document.of_type(SECRET)),
        parameters=tuple(_read_parameter(document, logical_id) for logical_id in document.of_type(PARAMETER)),
    )


def read_function(document: Document, logical_id: str) -> Function:
    """Read one function, with what Globals say of all."""
    keys = ("Handler", "CodeUri", "PackageType", "ImageConfig", "Timeout", "MemorySize", *_MERGED)
    shared, own = document.shared("Function", *keys), document.properties(logical_id, *keys)
    merged = {**shared, **own}
    logging = {**shared.get("LoggingConfig", {}), **own.get("LoggingConfig", {})}
    variables = {
        **_logging_variables(logging),
        **shared.get("Environment", {}).get("Variables", {}),
        **own.get("Environment", {}).get("Variables", {}),
    }
    is_image = merged.get("PackageType", "Zip") == "Image"
    if is_image:
        # The image holds functions/ as it is; locally the same folder runs unpacked.
        handler = required(logical_id, merged.get("ImageConfig", {}), "Command")[0]
        task_root = document.place.root / "functions"
    else:
        handler = required(logical_id, merged, "Handler")
        task_root = document.place.root / str(required(logical_id, merged, "CodeUri"))
    return Function(
        logical_id=logical_id,
        word=logical_id.removesuffix("Function").lower(),
        handler=str(handler),
        task_root=task_root,
        is_image=is_image,
        timeout_s=int(merged.get("Timeout", 3)),
        memory_mb=int(merged.get("MemorySize", 128)),
        environment={name: _as_text(value) for name, value in variables.items()},
        arn=document.attribute(logical_id, "Arn"),
    )


def _logging_variables(logging: Mapping[str, Any]) -> dict[str, Any]:
    names = {"LogFormat": "AWS_LAMBDA_LOG_FORMAT", "ApplicationLogLevel": "AWS_LAMBDA_LOG_LEVEL"}
    return {variable: logging[key] for key, variable in names.items() if key in logging}


def _as_text(value: Any) -> str:
    """Write a value as CloudFormation does in an environment."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_route(document: Document, function: str, name: str, event: Mapping[str, Any]) -> Route:
    path, method = str(event.get("Path", "$default")), str(event.get("Method", "ANY")).upper()
    authorizers, default = _read_authorizers(document, event.get("ApiId"))
    chosen = event.get("Auth", {}).get("Authorizer", default)
    if chosen not in (None, "NONE") and chosen not in authorizers:
        raise TemplateError(f"{function}/{name}: the API has no authorizer {chosen}")
    return Route(
        key="$default" if path == "$default" else f"{method.removeprefix('X-')} {path}",
        function=function,
        authorizer=authorizers.get(chosen),
    )


def _read_throttle(document: Document) -> Throttle | None:
    for logical_id in document.of_type(HTTP_API):
        settings = document.properties(logical_id, "DefaultRouteSettings").get("DefaultRouteSettings", {})
        if "ThrottlingRateLimit" in settings:
            return Throttle(float(settings["ThrottlingRateLimit"]), int(settings["ThrottlingBurstLimit"]))
    return None


def _read_authorizers(document: Document, api: str | None) -> tuple[dict[str | None, Authorizer], str | None]:
    for logical_id in document.of_type(HTTP_API):
        if api in (None, document.reference(logical_id)):
            auth = {
                **document.shared("HttpApi", "Auth").get("Auth", {}),
                **document.properties(logical_id, "Auth").get("Auth", {}),
            }
            declared = auth.get("Authorizers", {})
            known = {name: _read_authorizer(document, f"{logical_id}/{name}", it) for name, it in declared.items()}
            return known, auth.get("DefaultAuthorizer")
    return {}, None


def _read_authorizer(document: Document, owner: str, declared: Mapping[str, Any]) -> Authorizer:
    if str(declared.get("AuthorizerPayloadFormatVersion")) != "2.0" or not declared.get("EnableSimpleResponses"):
        raise TemplateError(f"{owner}: the local gateway knows payload format 2.0 with simple responses alone")
    # Without the alias, if there is one behind the name: arn:aws:lambda:<region>:<account>:function:<name>:<alias>
    arn = ":".join(str(required(owner, declared, "FunctionArn")).split(":")[:7])
    function = next((it for it in document.of_type(FUNCTION) if document.attribute(it, "Arn") == arn), None)
    if function is None:
        raise TemplateError(f"{owner}: FunctionArn names no function of this template")
    identity = declared.get("Identity", {})
    sources = [f"$request.header.{header}" for header in identity.get("Headers", [])]
    sources += [f"$request.querystring.{name}" for name in identity.get("QueryStrings", [])]
    sources += [f"$context.{name}" for name in identity.get("Context", [])]
    return Authorizer(function, tuple(sources), int(identity.get("ReauthorizeEvery", 0)))


def _read_secret(document: Document, logical_id: str) -> Secret:
    text = document.properties(logical_id, "SecretString").get("SecretString")
    return Secret(logical_id, document.name(logical_id), text)


def _read_parameter(document: Document, logical_id: str) -> Parameter:
    value = required(logical_id, document.properties(logical_id, "Value"), "Value")
    return Parameter(logical_id, document.name(logical_id), str(value))
