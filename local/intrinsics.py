"""CloudFormation's YAML and its intrinsic functions, as far as a local run needs them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
Which resource is what (functions, queues, routes) must not live here: `template.py` knows that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from local.errors import TemplateError

_SUB_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


# libyaml's parser where it was built in: ten times faster, and at every start.
_SafeLoader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _CloudFormationLoader(_SafeLoader):  # type: ignore[misc,valid-type]
    """Read `!Sub x` as `{"Fn::Sub": "x"}`, and dates as the text they are."""


_CloudFormationLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_tag(loader: _CloudFormationLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_CloudFormationLoader.add_multi_constructor("!", _construct_tag)


def load_yaml(text: str) -> dict[str, Any]:
    """Parse a template; short tags become their long form.

    Raises:
        TemplateError: It is not YAML, or not a mapping.
    """
    try:
        # A subclass of SafeLoader: no tag of it builds anything but plain data.
        document = yaml.load(text, Loader=_CloudFormationLoader)
    except yaml.YAMLError as error:
        raise TemplateError(f"The template is not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise TemplateError("The template must be a mapping with a Resources section")
    return document


class _NoValue:
    """What `!Ref AWS::NoValue` stands for: the property is left out."""


NO_VALUE = _NoValue()


class Resolver:
    """Replaces intrinsic functions by values, within one template and one set of parameters."""

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        references: Mapping[str, Any],
        attribute_of: Callable[[str, str], Any],
        reference_of: Callable[[str], Any],
    ) -> None:
        """Prepare.

        Args:
            document: The template, for Conditions and Mappings.
            references: Parameters and pseudo parameters.
            attribute_of: `!GetAtt id.attribute` of a resource.
            reference_of: `!Ref id` of a resource.
        """
        self._conditions: Mapping[str, Any] = document.get("Conditions", {})
        self._mappings: Mapping[str, Any] = document.get("Mappings", {})
        self._references = references
        self._attribute_of = attribute_of
        self._reference_of = reference_of
        self._functions: dict[str, Callable[[Any, str], Any]] = {
            "Ref": lambda name, owner: self._reference(str(name)),
            "Condition": self._condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::Equals": lambda pair, owner: str(self.resolve(pair[0], owner)) == str(self.resolve(pair[1], owner)),
            "Fn::Not": lambda tests, owner: not self.resolve(tests[0], owner),
            "Fn::And": lambda tests, owner: all(self.resolve(test, owner) for test in tests),
            "Fn::Or": lambda tests, owner: any(self.resolve(test, owner) for test in tests),
            "Fn::Join": self._join,
            "Fn::Split": lambda args, owner: str(self.resolve(args[1], owner)).split(args[0]),
            "Fn::Select": lambda args, owner: self.resolve(args[1], owner)[int(self.resolve(args[0], owner))],
            "Fn::FindInMap": self._find_in_map,
        }

    def resolve(self, value: Any, owner: str) -> Any:
        """Return the value without intrinsic functions.

        Args:
            value: Any part of the template.
            owner: Logical id to name in errors.

        Raises:
            TemplateError: An unknown function, or something it names does not exist.
        """
        if isinstance(value, list):
            return [item for item in (self.resolve(each, owner) for each in value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name in self._functions and not (name == "Condition" and isinstance(argument, dict)):
                return self._call(name, argument, owner)
            if name.startswith("Fn::"):
                raise TemplateError(f"{owner}: {name} is not supported by the local stack (local/intrinsics.py)")
        resolved = {key: self.resolve(item, owner) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def holds(self, condition: str, owner: str) -> bool:
        """Tell whether a named condition is true."""
        return bool(self._condition(condition, owner))

    def _call(self, name: str, argument: Any, owner: str) -> Any:
        try:
            return self._functions[name](argument, owner)
        except TemplateError as error:
            # The innermost place is where the mistake stands; outer owners add nothing.
            raise error if owner in str(error) else TemplateError(f"{owner}: {error}") from error
        except (LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"{owner}: cannot resolve {name} of {argument!r} ({error})") from error

    def _reference(self, name: str) -> Any:
        return self._references[name] if name in self._references else self._reference_of(name)

    def _get_att(self, argument: Any, owner: str) -> Any:
        logical_id, *path = argument
        return self._attribute_of(logical_id, ".".join(str(self.resolve(part, owner)) for part in path))

    def _condition(self, name: Any, owner: str) -> bool:
        if name not in self._conditions:
            raise TemplateError(f"{owner}: there is no condition {name}")
        return bool(self.resolve(self._conditions[name], f"Conditions/{name}"))

    def _if(self, argument: Any, owner: str) -> Any:
        condition, then, otherwise = argument
        return self.resolve(then if self._condition(condition, owner) else otherwise, owner)

    def _join(self, argument: Any, owner: str) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in self.resolve(parts, owner))

    def _find_in_map(self, argument: Any, owner: str) -> Any:
        name, first, second = (self.resolve(part, owner) for part in argument)
        return self.resolve(self._mappings[name][first][second], owner)

    def _sub(self, argument: Any, owner: str) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        values = {name: self.resolve(value, owner) for name, value in variables.items()}

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in values:
                return str(values[name])
            if "." in name:
                return str(self._get_att(name.split(".", 1), owner))
            return str(self._reference(name))

        return _SUB_VARIABLE.sub(replace, text)
