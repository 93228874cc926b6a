"""template.yaml twice: as it is written, and as CloudFormation gets it (after SAM's transform). Offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]


class Template:
    """A transformed template whose parameters have their defaults."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.resources: dict[str, dict[str, Any]] = document["Resources"]
        self.parameters: dict[str, dict[str, Any]] = document["Parameters"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of each resource of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def value(self, node: Any) -> Any:
        """Return a literal, or the default of the parameter that is referred to."""
        if isinstance(node, dict) and "Ref" in node:
            return self.parameters[node["Ref"]]["Default"]
        return node

    def functions(self) -> dict[str, dict[str, Any]]:
        """Return the functions by word."""
        return {name.removesuffix("Function").lower(): it for name, it in self.of_type("AWS::Lambda::Function").items()}

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each inline policy statement with the word of the function that holds it."""
        for name, role in self.of_type("AWS::IAM::Role").items():
            for policy in role["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name.removesuffix("FunctionRole").lower(), statement


def target(node: Any) -> str:
    """Return the logical id that `Ref`, `Fn::GetAtt` or the only variable of `Fn::Sub` points at."""
    match node:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), *_]}:
            return name
        case {"Fn::Sub": [_, dict(variables)]} if len(variables) == 1:
            return target(next(iter(variables.values())))
        case {"Fn::Sub": str(text)}:
            names = [part.split("}")[0] for part in text.split("${")[1:]]
            (name,) = [name for name in names if not name.startswith("AWS::")]
            return name
    raise AssertionError(f"points at nothing we know: {node!r}")


def as_list(node: Any) -> list[Any]:
    """Wrap what may be one or many."""
    return node if isinstance(node, list) else [node]


def read() -> dict[str, Any]:
    """Return template.yaml as it is written."""
    document: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return document


def transform() -> Template:
    """Return template.yaml as CloudFormation gets it."""
    document = read()
    _package(document["Globals"]["Function"])
    for resource in document["Resources"].values():
        _package(resource["Properties"])
    given = {"CacheUrlSecretArn": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache"}
    session = boto3.Session(region_name="eu-west-1")  # no credentials: nothing is called
    return Template(Translator({}, Parser(), boto_session=session).translate(document, given))


def _package(properties: dict[str, Any]) -> None:
    """Put addresses where `sam package` would put them."""
    if properties.get("PackageType") == "Image":
        properties["ImageUri"] = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/worker:1"
    for key in ("CodeUri", "ContentUri"):
        if key in properties:
            properties[key] = "s3://bucket/key"
