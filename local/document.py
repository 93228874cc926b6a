"""A parsed template: its resources by logical id, their names and attributes, their properties without intrinsics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.errors import TemplateError
from local.intrinsics import NO_VALUE, Resolver
from local.overrides import parameter_values
from local.plan import ACCOUNT_ID, Place

FUNCTION, HTTP_API = "AWS::Serverless::Function", "AWS::Serverless::HttpApi"
EVENT_SOURCE_MAPPING = "AWS::Lambda::EventSourceMapping"
QUEUE, SECRET, PARAMETER = "AWS::SQS::Queue", "AWS::SecretsManager::Secret", "AWS::SSM::Parameter"
_NESTED_STACKS = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")


class Document:
    """What stands in a template, with its parameters filled in."""

    def __init__(self, document: Mapping[str, Any], place: Place, overrides: Mapping[str, str]) -> None:
        """Fill in parameters and drop what conditions leave out.

        Raises:
            TemplateError: A parameter is missing, unknown or out of bounds.
        """
        self.place = place
        self._overrides = overrides
        self._declared: Mapping[str, Any] = document.get("Resources", {})
        references = {
            **parameter_values(document.get("Parameters", {}), overrides),
            "AWS::Region": place.region,
            "AWS::AccountId": ACCOUNT_ID,
            "AWS::StackName": place.stack_name,
            "AWS::StackId": place.arn("cloudformation", f"stack/{place.stack_name}/0"),
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }
        self._resolver = Resolver(
            document, references=references, attribute_of=self.attribute, reference_of=self.reference
        )
        self._resources = {
            logical_id: resource
            for logical_id, resource in self._declared.items()
            if "Condition" not in resource or self._resolver.holds(resource["Condition"], logical_id)
        }
        self._globals: Mapping[str, Any] = document.get("Globals", {})

    # --- what is there -----------------------------------------------------------------------------------------------

    def of_type(self, kind: str) -> Iterator[str]:
        """Yield the logical ids of all resources of a type."""
        return (logical_id for logical_id, resource in self._resources.items() if resource["Type"] == kind)

    def properties(self, logical_id: str, *keys: str) -> dict[str, Any]:
        """Resolve the named properties (none: all); name them where others may use what exists only in AWS."""
        declared = self._resources[logical_id].get("Properties", {})
        resolved: dict[str, Any] = self._resolver.resolve(
            {key: value for key, value in declared.items() if not keys or key in keys}, logical_id
        )
        return resolved

    def shared(self, section: str, *keys: str) -> dict[str, Any]:
        """Resolve the named entries of a section of Globals."""
        declared = self._globals.get(section, {})
        resolved: dict[str, Any] = self._resolver.resolve(
            {key: declared[key] for key in keys if key in declared}, f"Globals/{section}"
        )
        return resolved

    def events(self, *kinds: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield function, event name and event (its properties and its Type) of all events of these types."""
        for logical_id in self.of_type(FUNCTION):
            for name, event in self._resources[logical_id].get("Properties", {}).get("Events", {}).items():
                if event["Type"] in kinds:
                    properties = self._resolver.resolve(event.get("Properties", {}), f"{logical_id}/{name}")
                    yield logical_id, name, {**properties, "Type": event["Type"]}

    def is_overridden(self, logical_id: str, key: str) -> bool:
        """Tell whether a property is a parameter that was given on the command line."""
        raw = self._resources[logical_id].get("Properties", {}).get(key)
        return isinstance(raw, dict) and raw.get("Ref") in self._overrides

    # --- what it is called -------------------------------------------------------------------------------------------

    def name(self, logical_id: str) -> str:
        """Return the physical name: as declared, else made from stack and logical id."""
        properties = self._declared_resource(logical_id).get("Properties", {})
        for key in ("FunctionName", "QueueName", "Name"):
            if key in properties:
                return str(self._resolver.resolve(properties[key], logical_id))
        return f"{self.place.stack_name}-{logical_id}"

    def reference(self, logical_id: str) -> str:
        """Return what `!Ref` gives. Locally there is one version of a function: its alias is the function."""
        function, _, suffix = logical_id.partition(".")
        if suffix == "Alias" and self._declared_resource(function)["Type"] == FUNCTION:
            return self.attribute(function, "Arn")
        kind, name = self._declared_resource(logical_id)["Type"], self.name(logical_id)
        if kind == QUEUE:
            return f"{self.place.emulator_url}/{ACCOUNT_ID}/{name}"
        return self.place.arn("secretsmanager", f"secret:{name}") if kind == SECRET else name

    def attribute(self, logical_id: str, attribute: str) -> str:
        """Return what `!GetAtt` gives.

        Raises:
            TemplateError: Nothing of that name, or no such attribute locally.
        """
        kind, name = self._declared_resource(logical_id)["Type"], self.name(logical_id)
        known = {
            (QUEUE, "Arn"): self.place.arn("sqs", name),
            (QUEUE, "QueueName"): name,
            (QUEUE, "QueueUrl"): f"{self.place.emulator_url}/{ACCOUNT_ID}/{name}",
            (FUNCTION, "Arn"): self.place.arn("lambda", f"function:{name}"),
            (SECRET, "Id"): self.place.arn("secretsmanager", f"secret:{name}"),
        }
        if (kind, attribute) in known:
            return known[kind, attribute]
        if kind in _NESTED_STACKS:
            # Nested stacks (network, cache) do not run locally; what they would give has a name of its own.
            return f"{name}-{attribute.removeprefix('Outputs.')}"
        raise TemplateError(f"!GetAtt {logical_id}.{attribute}: the local stack does not know this attribute")

    def _declared_resource(self, logical_id: str) -> Mapping[str, Any]:
        if logical_id not in self._declared:
            raise TemplateError(f"there is no resource or parameter {logical_id}")
        resource: Mapping[str, Any] = self._declared[logical_id]
        return resource


def required(owner: str, properties: Mapping[str, Any], key: str) -> Any:
    """Return a property.

    Raises:
        TemplateError: It is missing.
    """
    if key not in properties:
        raise TemplateError(f"{owner}: {key} is missing")
    return properties[key]
