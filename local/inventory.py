"""What a deployment would consist of: template.yaml after SAM's transform, with the stacks in it, for given parameters.

Offline. Parameters stand as values, conditions are carried out; what only AWS knows (an ARN) stays as it is written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import TemplateError
from local.intrinsics import Resolver, load_yaml
from local.overrides import parameter_values

_NESTED = "AWS::CloudFormation::Stack"
_NO_VALUE = {"Ref": "AWS::NoValue"}
# Where `sam package` would put what it uploads; the transform wants addresses.
_UPLOADED = "s3://bucket/key"
_IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/worker:1"


@dataclass(frozen=True)
class Item:
    """One resource of a deployment."""

    kind: str
    name: str
    properties: dict[str, Any]


def inventory(root: Path, given: Mapping[str, str]) -> list[Item]:
    """Return every resource of template.yaml and of the stacks in it.

    Args:
        root: The repository.
        given: Parameters that differ from their defaults.

    Raises:
        TemplateError: A template cannot be read, or refuses a parameter.
    """
    document = _transformed(load_yaml((root / "template.yaml").read_text(encoding="utf-8")), given)
    return list(_items(root, document, parameter_values(document.get("Parameters", {}), given)))


def _transformed(document: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    # Imported here: a second that only this command needs.
    import boto3
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    described = [document["Globals"]["Function"], *(it.get("Properties", {}) for it in document["Resources"].values())]
    for properties in described:
        properties |= {key: _UPLOADED for key in ("CodeUri", "ContentUri") if key in properties}
        if properties.get("PackageType") == "Image":
            properties["ImageUri"] = _IMAGE
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it tells of AWS's own switches and counters
    session = boto3.Session(region_name="us-east-1")  # no credentials: nothing is called
    made: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(document, dict(given))
    return made


def _items(folder: Path, document: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Item]:
    settled = _Settled(document, values)
    for name, resource in document["Resources"].items():
        if not settled.is_wanted(resource, name):
            continue
        properties = settled.value(resource.get("Properties", {}))
        yield Item(resource["Type"], name, properties)
        if resource["Type"] == _NESTED:
            path = folder / properties["TemplateURL"]
            inner = load_yaml(path.read_text(encoding="utf-8"))
            yield from _items(path.parent, inner, _inner_values(inner, properties.get("Parameters", {})))


def _inner_values(inner: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a nested stack; one that only AWS can fill in stands for something that is there."""
    declared = inner.get("Parameters", {})
    passed = {name: value if isinstance(value, str | int) else "known-to-aws" for name, value in given.items()}
    return {name: passed.get(name, it.get("Default", "")) for name, it in declared.items()}


class _Settled:
    """A template whose parameters have values."""

    def __init__(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._values = values
        self._conditions = Resolver(document, references=values, attribute_of=_no_resource, reference_of=_no_resource)

    def is_wanted(self, resource: Mapping[str, Any], name: str) -> bool:
        """Tell whether the resource's condition holds."""
        return "Condition" not in resource or self._conditions.holds(resource["Condition"], name)

    def value(self, node: Any) -> Any:
        """Return the node with parameters as values and the branch that each `Fn::If` takes."""
        match node:
            case list():
                return [it for each in node if (it := self.value(each)) != _NO_VALUE]
            case {"Fn::If": [condition, then, otherwise]}:
                return self.value(then if self._conditions.holds(condition, "Fn::If") else otherwise)
            case {"Ref": name} if name in self._values:
                return self._values[name]
            case dict():
                settled = {key: self.value(value) for key, value in node.items()}
                return {key: value for key, value in settled.items() if value != _NO_VALUE}
        return node


def _no_resource(*names: str) -> Any:
    raise TemplateError(f"A condition names {names[0]}, which is no parameter")
