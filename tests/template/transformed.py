"""template.yaml twice: as it is written, and as CloudFormation gets it (after SAM's transform). Offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.intrinsics import Resolver
from local.overrides import parameter_values

ROOT = Path(__file__).parents[2]
ALIAS = "Aliaslive"  # SAM's name of an alias is its function's and this
NO_VALUE = {"Ref": "AWS::NoValue"}
# What a deployment has to say.
GIVEN = {"CacheUrlSecretArn": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache"}


class Template:
    """A template as CloudFormation carries it out: parameters have values, and what conditions leave out is gone."""

    def __init__(self, document: dict[str, Any], given: Mapping[str, str]) -> None:
        self.parameters: dict[str, dict[str, Any]] = document.get("Parameters", {})
        self.outputs: dict[str, dict[str, Any]] = document.get("Outputs", {})
        self._values = parameter_values(self.parameters, given)
        self._conditions = Resolver(
            document, references=self._values, attribute_of=_of_no_resource, reference_of=_of_no_resource
        )
        self.resources: dict[str, dict[str, Any]] = {
            logical_id: self._settled(resource)
            for logical_id, resource in document["Resources"].items()
            if "Condition" not in resource or self._conditions.holds(resource["Condition"], logical_id)
        }

    def _settled(self, node: Any) -> Any:
        """Return the node with the branch that each `Fn::If` takes."""
        if isinstance(node, list):
            return [settled for each in node if (settled := self._settled(each)) != NO_VALUE]
        if not isinstance(node, dict):
            return node
        if set(node) == {"Fn::If"}:
            condition, then, otherwise = node["Fn::If"]
            return self._settled(then if self._conditions.holds(condition, "Fn::If") else otherwise)
        settled = {key: self._settled(value) for key, value in node.items()}
        return {key: value for key, value in settled.items() if value != NO_VALUE}

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of each resource of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def value(self, node: Any) -> Any:
        """Return a literal, or the value of the parameter that is referred to."""
        if isinstance(node, dict) and "Ref" in node:
            return self._values[node["Ref"]]
        return node

    def lowest(self, node: Any) -> Any:
        """Return a literal, or the least that the parameter takes."""
        return self.parameters[node["Ref"]]["MinValue"] if isinstance(node, dict) else node

    def highest(self, node: Any) -> Any:
        """Return a literal, or the most that the parameter takes."""
        return self.parameters[node["Ref"]]["MaxValue"] if isinstance(node, dict) else node

    def functions(self) -> dict[str, dict[str, Any]]:
        """Return the functions by word."""
        return {name.removesuffix("Function").lower(): it for name, it in self.of_type("AWS::Lambda::Function").items()}

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each inline policy statement with the word of the function that holds it."""
        for name, role in self.of_type("AWS::IAM::Role").items():
            for policy in role["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name.removesuffix("FunctionRole").lower(), statement


def _of_no_resource(*names: str) -> Any:
    raise AssertionError(f"a condition names {names}, which is no parameter")


def target(node: Any) -> str:
    """Return the logical id that `Ref`, `Fn::GetAtt` or the only variable of `Fn::Sub` points at.

    An alias stands for its function.
    """
    match node:
        case {"Ref": str(name)}:
            return name.removesuffix(ALIAS)
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


def read(path: str = "template.yaml") -> dict[str, Any]:
    """Return a template as it is written."""
    document: dict[str, Any] = yaml_parse((ROOT / path).read_text(encoding="utf-8"))
    return document


def nested(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of each nested stack, by logical id; `TemplateURL` is a path in the repository."""
    stacks = document["Resources"].items()
    return {name: it["Properties"] for name, it in stacks if it["Type"] == "AWS::CloudFormation::Stack"}


@cache
def transform(**given: str) -> Template:
    """Return template.yaml as CloudFormation gets it with these parameters."""
    document = read()
    _package(document["Globals"]["Function"])
    for resource in document["Resources"].values():
        _package(resource["Properties"])
    values = {**GIVEN, **given}
    session = boto3.Session(region_name="eu-west-1")  # no credentials: nothing is called
    return Template(Translator({}, Parser(), boto_session=session).translate(document, values), values)


def _package(properties: dict[str, Any]) -> None:
    """Put addresses where `sam package` would put them."""
    if properties.get("PackageType") == "Image":
        properties["ImageUri"] = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/worker:1"
    for key in ("CodeUri", "ContentUri"):
        if key in properties:
            properties[key] = "s3://bucket/key"
