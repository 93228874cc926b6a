"""The nested stacks: they fit the template that makes them, and keep what is theirs closed and encrypted."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.transformed import ROOT, Template, nested, read, target, transform

STACKS = nested(read())


def _inside(name: str, **given: str) -> Template:
    """Return a nested stack with these parameters; those without a default get a name."""
    document = read(STACKS[name]["TemplateURL"])
    unnamed = {key: "given" for key, it in document["Parameters"].items() if "Default" not in it}
    return Template(document, {**unnamed, **given})


def _strings(node: Any) -> Iterator[str]:
    match node:
        case dict():
            for key, value in node.items():
                yield from _strings(key)
                yield from _strings(value)
        case list():
            for value in node:
                yield from _strings(value)
        case str():
            yield node


@pytest.fixture(scope="module")
def network() -> Template:
    return _inside("Network", HighAvailability="true")


@pytest.fixture(scope="module")
def valkey() -> Template:
    return _inside("Cache")


@pytest.fixture(scope="module")
def site() -> Template:
    return _inside(
        "Website", Domain="tickets.example.com", CertificateArn="arn:aws:acm:us-east-1:000000000000:certificate/1"
    )


@pytest.fixture(scope="module")
def distribution(site: Template) -> dict[str, Any]:
    (properties,) = site.of_type("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = properties["DistributionConfig"]
    return config


def test_each_file_of_infra_is_a_nested_stack_or_says_that_it_is_not() -> None:
    files = {f"infra/{path.name}" for path in (ROOT / "infra").glob("*.yaml")}
    inner = {f"infra/{it['TemplateURL']}" for it in nested(read("infra/observability.yaml")).values()}

    # An administrator deploys the role once, by hand.
    assert files - {"infra/deploy-role.yaml"} == {it["TemplateURL"] for it in STACKS.values()} | inner


@pytest.mark.parametrize("name", STACKS)
def test_a_nested_stack_is_given_its_parameters(name: str) -> None:
    document = read(STACKS[name]["TemplateURL"])

    assert set(STACKS[name].get("Parameters", {})) == set(document["Parameters"])


@pytest.mark.parametrize("name", STACKS)
def test_what_a_nested_stack_puts_out_is_used_and_what_is_used_is_put_out(name: str) -> None:
    template = read()

    assert set(_attributes(template, name)) == set(read(STACKS[name]["TemplateURL"]).get("Outputs", {}))
    assert f"${{{name}." not in "".join(_strings(template)), "in Fn::Sub nobody checks it"


def _attributes(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _attributes(each, name)
    elif isinstance(node, dict):
        match node.get("Fn::GetAtt"):
            case [str(stack), str(output)] if stack == name:
                yield output.removeprefix("Outputs.")
        for each in node.values():
            yield from _attributes(each, name)


@pytest.mark.parametrize("name", STACKS)
def test_no_secret_is_a_parameter_or_an_output(name: str) -> None:
    document = read(STACKS[name]["TemplateURL"])

    assert "resolve:" not in "".join(_strings([document["Parameters"], document.get("Outputs", {}), STACKS[name]]))


def test_functions_with_the_cache_live_in_its_network_and_the_authorizer_does_not() -> None:
    managed = transform(CacheMode="managed")
    placed = {word for word, function in managed.functions().items() if "VpcConfig" in function}
    secrets = {
        word: function["Environment"]["Variables"].get("CACHE_URL_SECRET_ARN")
        for word, function in managed.functions().items()
    }

    assert placed == {word for word, secret in secrets.items() if secret}
    assert "authorizer" not in placed
    assert all(it == {"Fn::GetAtt": ["Cache", "Outputs.CacheUrlSecretArn"]} for it in secrets.values() if it)


def test_a_cache_of_your_own_needs_no_network(template: Template) -> None:
    assert not [word for word, function in template.functions().items() if "VpcConfig" in function]
    assert not {"Network", "Cache"} & set(template.resources)


class TestNetwork:
    def test_nobody_may_come_in_but_the_functions_into_the_cache(self, network: Template) -> None:
        inline = [it for it in network.of_type("AWS::EC2::SecurityGroup").values() if "SecurityGroupIngress" in it]
        (ingress,) = network.of_type("AWS::EC2::SecurityGroupIngress").values()

        assert not inline
        assert target(ingress["GroupId"]) == "CacheSecurityGroup"
        assert target(ingress["SourceSecurityGroupId"]) == "FunctionsSecurityGroup"
        assert ingress["FromPort"] == ingress["ToPort"] == 6379

    def test_functions_go_out_by_https_and_to_the_cache_alone(self, network: Template) -> None:
        groups = network.of_type("AWS::EC2::SecurityGroup")
        (to_cache,) = network.of_type("AWS::EC2::SecurityGroupEgress").values()

        assert [it["FromPort"] for it in groups["FunctionsSecurityGroup"]["SecurityGroupEgress"]] == [443]
        assert [it["CidrIp"] for it in groups["CacheSecurityGroup"]["SecurityGroupEgress"]] == ["127.0.0.1/32"]
        assert target(to_cache["DestinationSecurityGroupId"]) == "CacheSecurityGroup"

    @pytest.mark.parametrize(("available", "gateways"), [("false", ["NatA", "NatA"]), ("true", ["NatA", "NatB"])])
    def test_each_private_subnet_has_a_way_out(self, available: str, gateways: list[str]) -> None:
        network = _inside("Network", HighAvailability=available)
        routes = network.of_type("AWS::EC2::Route")
        nats = network.of_type("AWS::EC2::NatGateway")

        assert [target(routes[name]["NatGatewayId"]) for name in ("WayOutA", "WayOutB")] == gateways
        assert set(nats) == set(gateways)
        assert {target(nat["SubnetId"]) for nat in nats.values()} <= {"PublicSubnetA", "PublicSubnetB"}

    def test_no_address_is_given_out_by_itself_and_no_endpoint_costs_by_the_hour(self, network: Template) -> None:
        assert not [it for it in network.of_type("AWS::EC2::Subnet").values() if "MapPublicIpOnLaunch" in it]
        assert not network.of_type("AWS::EC2::VPCEndpoint")


class TestCache:
    def test_what_it_may_cost_has_a_limit(self, valkey: Template) -> None:
        (serverless,) = valkey.of_type("AWS::ElastiCache::ServerlessCache").values()
        limits = serverless["CacheUsageLimits"]

        assert serverless["Engine"] == "valkey"
        assert limits["DataStorage"]["Unit"] == "GB"
        assert valkey.value(limits["DataStorage"]["Maximum"]) == 5
        assert valkey.value(limits["ECPUPerSecond"]["Maximum"]) >= 1000  # Source: the least that ElastiCache takes

    def test_one_user_with_a_password_and_nobody_else(self, valkey: Template) -> None:
        (user,) = valkey.of_type("AWS::ElastiCache::User").values()
        (users,) = valkey.of_type("AWS::ElastiCache::UserGroup").values()

        assert [target(it) for it in users["UserIds"]] == ["User"]
        assert user["Engine"] == users["Engine"] == "valkey"
        assert user["AuthenticationMode"]["Type"] == "password"
        assert not {"+@all", "allcommands", "~*", "allkeys", "nopass"} & set(user["AccessString"].split())

    def test_the_password_is_made_there_and_read_by_nobody_but_the_url(self, valkey: Template) -> None:
        secrets = valkey.of_type("AWS::SecretsManager::Secret")
        reference = "{{resolve:secretsmanager:${Password}:SecretString:password}}"
        (user,) = valkey.of_type("AWS::ElastiCache::User").values()

        assert secrets["Password"]["GenerateSecretString"]["ExcludePunctuation"] is True  # it stands in a URL
        assert user["AuthenticationMode"]["Passwords"] == [{"Fn::Sub": reference}]
        assert secrets["Url"]["SecretString"] == {
            "Fn::Sub": f"rediss://{user['UserName']}:{reference}@${{Cache.Endpoint.Address}}:${{Cache.Endpoint.Port}}"
        }

    def test_names_are_lower_case_and_short_enough(self, valkey: Template) -> None:
        # Given a stack whose name has capitals, as every nested one's has
        stack_id = (
            "arn:aws:cloudformation:eu-west-1:000000000000:stack/Router-Cache-1A2B/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"
        )
        for kind, key in (("User", "UserId"), ("UserGroup", "UserGroupId"), ("ServerlessCache", "ServerlessCacheName")):
            (properties,) = valkey.of_type(f"AWS::ElastiCache::{kind}").values()
            text, variables = properties[key]["Fn::Sub"]
            assert variables["Uuid"] == {
                "Fn::Select": [
                    4,
                    {"Fn::Split": ["-", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]},
                ]
            }
            name = text.replace("${Uuid}", stack_id.split("/")[2].split("-")[4])

            assert name == name.lower()
            assert len(name) <= 40


class TestSite:
    def test_nobody_reads_the_bucket_but_this_site(self, site: Template) -> None:
        (bucket,) = site.of_type("AWS::S3::Bucket").values()
        (policy,) = site.of_type("AWS::S3::BucketPolicy").values()
        allow, deny = policy["PolicyDocument"]["Statement"]

        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert allow["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert allow["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"].endswith("distribution/${Distribution}")
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})

    def test_the_dashboard_comes_from_the_bucket_and_all_else_from_the_api(self, distribution: dict[str, Any]) -> None:
        files = {it["PathPattern"]: it["TargetOriginId"] for it in distribution["CacheBehaviors"]}

        assert files == {"/app*": "files", "/": "files"}
        assert distribution["DefaultCacheBehavior"]["TargetOriginId"] == "api"
        assert "POST" in distribution["DefaultCacheBehavior"]["AllowedMethods"]

    def test_nothing_of_the_api_is_kept(self, distribution: dict[str, Any]) -> None:
        api = distribution["DefaultCacheBehavior"]

        # Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
        assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
        assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
        assert api["ViewerProtocolPolicy"] == "https-only"

    def test_every_answer_has_the_headers(self, site: Template, distribution: dict[str, Any]) -> None:
        (policy,) = site.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
        headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        csp = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]

        for behaviour in [*distribution["CacheBehaviors"], distribution["DefaultCacheBehavior"]]:
            assert target(behaviour["ResponseHeadersPolicyId"]) == "SecurityHeaders"
        assert csp.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in csp
        assert "unsafe" not in csp
        assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000

    def test_a_name_of_ones_own_brings_new_tls_alone(self, distribution: dict[str, Any]) -> None:
        assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
        assert distribution["Aliases"] == [{"Ref": "Domain"}]

    @pytest.mark.skipif(shutil.which("node") is None, reason="the site's function is JavaScript")
    def test_addresses_of_pages_are_shown_by_the_index_and_files_by_themselves(self, site: Template) -> None:
        (function,) = site.of_type("AWS::CloudFront::Function").values()
        expected = {
            "/": 302,
            "/app": 302,
            "/app/": "/index.html",
            "/app/index.html": "/index.html",
            "/app/tickets": "/index.html",
            "/app/tickets/INC.7": "/index.html",
            "/app/assets/index-B4k.js": "/assets/index-B4k.js",
            "/app/favicon.svg": "/favicon.svg",
        }
        program = f"""{function["FunctionCode"]}
        const answers = {json.dumps(list(expected))}.map(uri => {{
          const answer = handler({{request: {{uri}}}});
          return answer.statusCode ?? answer.uri;
        }});
        console.log(JSON.stringify(answers));"""

        done = subprocess.run(["node", "-e", program], capture_output=True, check=True, timeout=30)

        assert json.loads(done.stdout) == list(expected.values())
