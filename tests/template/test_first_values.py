"""What people store in place of the template's first values survives a deployment, as long as nothing here changes.

CloudFormation writes a parameter's value again whenever anything of the parameter changes, a tag included; a secret's
whenever its text or how it is generated does. In an account that is in use, that would silently undo the list of
destinations (nobody is alerted any more), lock every client out, or give known tickets other ids.

Source: UpdateHandler.java of aws-cloudformation/aws-cloudformation-resource-providers-ssm, which always puts the value;
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from __future__ import annotations

from typing import Any

import pytest

FIRST_SECRETS = {
    "ApiKeysSecret": {"SecretString": '{"keys":[]}'},
    "DestinationSecretsSecret": {"SecretString": "{}"},
    "IdSecret": {"GenerateSecretString": {"PasswordLength": 64, "ExcludePunctuation": True}},
}
VALUE_OF = ("SecretString", "GenerateSecretString")


def test_the_list_of_destinations_is_as_it_was_first_deployed(written: dict[str, Any]) -> None:
    assert written["Resources"]["DestinationsParameter"]["Properties"] == {
        "Name": {"Fn::Sub": "/${AWS::StackName}/destinations"},
        "Description": "Where alerts go. Addresses and keys are in DestinationSecretsSecret.",
        "Type": "String",
        "Tier": "Intelligent-Tiering",
        "Value": "[]",
    }


@pytest.mark.parametrize("name", FIRST_SECRETS)
def test_a_secret_has_the_value_that_it_was_first_deployed_with(written: dict[str, Any], name: str) -> None:
    properties = written["Resources"][name]["Properties"]

    assert {key: properties[key] for key in VALUE_OF if key in properties} == FIRST_SECRETS[name]
    assert (
        "Name" not in properties
    )  # a name of ours could not be used again for the 30 days that a deleted secret is kept


def test_every_secret_and_parameter_is_looked_after_here(written: dict[str, Any]) -> None:
    kinds = {"AWS::SecretsManager::Secret", "AWS::SSM::Parameter"}

    assert {name for name, it in written["Resources"].items() if it["Type"] in kinds} == {
        *FIRST_SECRETS,
        "DestinationsParameter",
    }
