"""template.yaml as the emulator can deploy it: what is changed stands here, and nothing else is changed."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
# Nested stacks, and the property that names their template. The emulator (ministack 1.5.33) knows neither NAT gateways,
# nor ElastiCache Serverless, nor composite alarms; and `sam delete` does not take its S3 addresses for such.
NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


def written() -> dict[str, Any]:
    """Return template.yaml as it is written."""
    document: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return document


def zip_only(folder: Path, emulator_url: str, *, nested: bool = False) -> Path:
    """Write the variant into a folder.

    Images become zips, as there is no engine that runs them. The layer is not built: it holds the package alone, as
    the emulator runs functions in the Python that has its libraries. Functions are told where the emulator is. Nested
    stacks (unless they are wanted) and alarms with metric math are left out.

    Returns:
        The variant, for `sam deploy --template-file`.
    """
    variant = copy.deepcopy(written())
    shutil.copytree(ROOT / "layers/core/ticketrouter", folder / "layer/python/ticketrouter")
    shared = variant["Globals"]["Function"]
    shared["CodeUri"] = str(ROOT / "functions")
    shared["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = emulator_url
    left_out = [name for name, it in variant["Resources"].items() if _is_left_out(it, nested)]
    for name in left_out:
        del variant["Resources"][name]
    for resource in variant["Resources"].values():
        _localize(resource, folder, variant["Parameters"])
    path = folder / "template.json"
    path.write_text(json.dumps(_severed(variant, set(left_out))))
    return path


def _is_left_out(resource: dict[str, Any], nested: bool) -> bool:
    if resource["Type"] in NESTED:
        return not nested
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]


def _localize(resource: dict[str, Any], folder: Path, parameters: dict[str, Any]) -> None:
    resource.pop("Metadata", None)  # how `sam build` makes it; nothing is built here
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::Serverless::Function" if properties.get("PackageType") == "Image":
            del properties["PackageType"]
            resource.pop("IgnoreGlobals", None)
            properties["Handler"] = properties.pop("ImageConfig")["Command"][0]
            properties["Environment"]["Variables"]["MODEL_DIR"] = str(ROOT / "models")  # the image has it elsewhere
        case "AWS::Lambda::EventSourceMapping":
            # A parameter's value is text. AWS makes a number of it; the emulator compares it, fails, and feeds nobody.
            scaling = properties["ScalingConfig"]
            match scaling["MaximumConcurrency"]:
                case {"Ref": str(name)}:
                    scaling["MaximumConcurrency"] = parameters[name]["Default"]
        case "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = str(folder / "layer")
        case kind if kind in NESTED:
            properties[NESTED[kind]] = str(ROOT / properties[NESTED[kind]])


def _severed(node: Any, left_out: set[str]) -> Any:
    """Return the node with a word in place of each reference to what is left out."""
    match node:
        case {"Fn::GetAtt": [str(name), *_]} | {"Ref": str(name)} if name in left_out:
            return "left-out"
        case dict():
            return {key: _severed(value, left_out) for key, value in node.items()}
        case list():
            return [_severed(each, left_out) for each in node]
    return node
