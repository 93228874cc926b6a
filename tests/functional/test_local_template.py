from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from local.errors import TemplateError
from local.overrides import parse_overrides
from local.plan import Place, Plan
from local.template import load_plan

TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  WorkerTimeout: {Type: Number, Default: 60, MinValue: 1, MaxValue: 900}
  WorkerVisibility: {Type: Number, Default: 360}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Mappings:
  Sizes: {dev: {memory: 256}, prod: {memory: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Timeout: 7
    Handler: handler.lambda_handler
    LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: WARN}
    Environment: {Variables: {STAGE: !Ref Stage, SHARED: a}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Key
        Authorizers:
          Key:
            FunctionArn: !GetAtt AuthorizerFunction.Arn
            AuthorizerPayloadFormatVersion: "2.0"
            EnableSimpleResponses: true
            Identity: {Headers: [Authorization], Context: [routeKey], ReauthorizeEvery: 60}
  AuthorizerFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/authorizer/}
  IngestFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/ingest/
      MemorySize: !FindInMap [Sizes, !Ref Stage, memory]
      Environment:
        Variables:
          SHARED: b
          FLAG: true
          QUEUE_URL: !Ref WorkQueue
          SECRET_ARN: !Ref IdSecret
          NAME: !Sub "${AWS::StackName}-${WorkQueue.QueueName}-${!literal}"
          ONLY_PROD: !If [IsProd, "yes", !Ref AWS::NoValue]
          JOINED: !Join ["-", [a, !Ref Stage]]
      Policies: [{Statement: [{Resource: !GetAtt Nothing.Arn}]}]
      Events:
        Post: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: post, Path: /tickets}}
        Health: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /health, Auth: {Authorizer: NONE}}}
        Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: $default}}
  WorkerFunction:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageConfig: {Command: [worker.handler.lambda_handler]}
      Timeout: !Ref WorkerTimeout
      Events:
        Tick: {Type: Schedule, Properties: {Schedule: rate(2 minutes)}}
        Dead:
          Type: SQS
          Properties: {Queue: !GetAtt DeadLetters.Arn, BatchSize: 3}
  FromWork:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt WorkQueue.Arn
      FunctionName: !Ref WorkerFunction
      BatchSize: 20
      MaximumBatchingWindowInSeconds: 1
      ScalingConfig: {MaximumConcurrency: 4}
      FunctionResponseTypes: [ReportBatchItemFailures]
  WorkQueue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${AWS::StackName}-work
      VisibilityTimeout: !Ref WorkerVisibility
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 20}
  DeadLetters:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  OnlyProd:
    Type: AWS::SQS::Queue
    Condition: IsProd
  IdSecret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 64}}
  Targets:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/${AWS::StackName}/targets", Value: "[]"}
"""


def plan(tmp_path: Path, *overrides: str, template: str = TEMPLATE) -> Plan:
    path = tmp_path / "template.yaml"
    path.write_text(textwrap.dedent(template))
    return load_plan(path, Place(tmp_path, "http://127.0.0.1:4566"), parse_overrides(overrides))


def test_functions_take_globals_and_resolved_values(tmp_path: Path) -> None:
    ingest = plan(tmp_path).functions["IngestFunction"]

    assert (ingest.word, ingest.handler, ingest.timeout_s, ingest.memory_mb) == (
        "ingest",
        "handler.lambda_handler",
        7,
        256,
    )
    assert ingest.task_root == tmp_path / "functions/ingest"
    assert ingest.environment == {
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "WARN",
        "STAGE": "dev",
        "SHARED": "b",
        "FLAG": "true",
        "QUEUE_URL": "http://127.0.0.1:4566/000000000000/local-work",
        "SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:local-IdSecret",
        "NAME": "local-local-work-${literal}",
        "JOINED": "a-dev",
    }


def test_an_image_runs_unpacked_from_the_folder_of_all_functions(tmp_path: Path) -> None:
    worker = plan(tmp_path).functions["WorkerFunction"]

    assert (worker.is_image, worker.handler, worker.task_root) == (
        True,
        "worker.handler.lambda_handler",
        tmp_path / "functions",
    )


def test_routes_know_their_authorizer(tmp_path: Path) -> None:
    post, health, rest = plan(tmp_path).routes

    assert (post.key, health.key, rest.key) == ("POST /tickets", "GET /health", "$default")
    assert post.authorizer is not None
    assert post.authorizer.function == "AuthorizerFunction"
    assert post.authorizer.identity_sources == ("$request.header.Authorization", "$context.routeKey")
    assert post.authorizer.ttl_s == 60
    assert health.authorizer is None
    assert rest.authorizer is post.authorizer or rest.authorizer == post.authorizer


def test_queues_mappings_and_timers(tmp_path: Path) -> None:
    it = plan(tmp_path)
    work, dead = it.queues

    assert (work.name, work.visibility_s, work.max_receive_count) == ("local-work", 360, 20)
    assert work.dead_letter_arn == dead.arn
    assert (dead.visibility_s, dead.retention_s, dead.max_receive_count) == (30, 1209600, None)
    by_queue = {mapping.queue.name: mapping for mapping in it.mappings}
    assert by_queue["local-DeadLetters"].batch_size == 3
    assert by_queue["local-work"].function == "WorkerFunction"
    assert (by_queue["local-work"].window_s, by_queue["local-work"].maximum_concurrency) == (1, 4)
    assert by_queue["local-work"].report_batch_item_failures
    assert not by_queue["local-DeadLetters"].report_batch_item_failures
    assert [(timer.function, timer.interval_s) for timer in it.schedules] == [("WorkerFunction", 120)]
    assert it.secrets[0].text is None
    assert it.parameters[0].name == "/local/targets"


def test_an_alias_is_the_function(tmp_path: Path) -> None:
    published = TEMPLATE.replace("FunctionName: !Ref WorkerFunction", "FunctionName: !Ref WorkerFunction.Alias")
    by_name = published.replace("!GetAtt AuthorizerFunction.Arn", "!Sub ${AuthorizerFunction.Arn}:live")
    by_reference = published.replace("!GetAtt AuthorizerFunction.Arn", "!Ref AuthorizerFunction.Alias")

    assert len({TEMPLATE, published, by_name, by_reference}) == 4
    assert plan(tmp_path, template=by_name) == plan(tmp_path, template=by_reference) == plan(tmp_path)


def test_what_is_switched_off_does_not_run(tmp_path: Path) -> None:
    off = TEMPLATE.replace("rate(2 minutes)", "rate(2 minutes), State: !If [IsProd, ENABLED, DISABLED]").replace(
        "BatchSize: 20", "BatchSize: 20\n      Enabled: !If [IsProd, 'true', 'false']"
    )

    read = plan(tmp_path, template=off)
    assert read.schedules == ()
    assert [mapping.queue.logical_id for mapping in read.mappings] == ["DeadLetters"]
    on = plan(tmp_path, "Stage=prod", template=off)
    assert len(on.schedules) == 1
    assert len(on.mappings) == 2


def test_visibility_follows_an_overridden_timeout_unless_overridden_itself(tmp_path: Path) -> None:
    def visibility_s(*overrides: str) -> list[int]:
        return [queue.visibility_s for queue in plan(tmp_path, *overrides).queues]

    assert visibility_s("WorkerTimeout=3") == [6 * 3 + 1, 6 * 3]  # the work queue has a window of one second
    assert visibility_s("WorkerTimeout=3 WorkerVisibility=5") == [5, 18]
    assert visibility_s() == [360, 30]


def test_conditions_and_overrides_decide_what_exists(tmp_path: Path) -> None:
    prod = plan(tmp_path, "ParameterKey=Stage,ParameterValue=prod")

    assert "OnlyProd" in {queue.logical_id for queue in prod.queues}
    assert prod.functions["IngestFunction"].environment["ONLY_PROD"] == "yes"
    assert prod.functions["IngestFunction"].memory_mb == 1024


@pytest.mark.parametrize(
    ("find", "put", "expected"),
    [
        ("!Ref WorkQueue", "!Ref Missing", "IngestFunction: there is no resource or parameter Missing"),
        ("!Ref WorkQueue", "!GetAtt WorkQueue.Colour", "IngestFunction: !GetAtt WorkQueue.Colour"),
        ("!Ref WorkQueue", "!ImportValue x", "IngestFunction: Fn::ImportValue is not supported"),
        ("rate(2 minutes)", '"cron(0 12 * * ? *)"', "WorkerFunction/Tick: only rate"),
        ("MaximumBatchingWindowInSeconds: 1", "Enabled: true", "FromWork: a BatchSize above 10"),
        ("FunctionName: !Ref WorkerFunction", "FunctionName: other", "FromWork: FunctionName must be"),
        ("EnableSimpleResponses: true", "EnableSimpleResponses: false", "Api/Key: the local gateway knows"),
        ("CodeUri: functions/ingest/", "Description: none", "IngestFunction: CodeUri is missing"),
        ("[Sizes, !Ref Stage, memory]", "[Sizes, !Ref Stage, colour]", "IngestFunction: cannot resolve Fn::FindInMap"),
        ("Resources:", "Resources: [", "not valid YAML"),
    ],
)
def test_what_cannot_be_read_names_its_place(tmp_path: Path, find: str, put: str, expected: str) -> None:
    assert find in TEMPLATE

    with pytest.raises(TemplateError, match=expected.replace("(", r"\(").replace("!", r"\!")):
        plan(tmp_path, template=TEMPLATE.replace(find, put))


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("WorkerTimeOut=3", "no parameter WorkerTimeOut; did you mean WorkerTimeout"),
        ("WorkerTimeout=0", "must lie between 1 and 900"),
        ("WorkerTimeout=soon", "must be a number"),
        ("Stage=test", "allowed: dev, prod"),
        ("WorkerTimeout", "is not Key=Value"),
    ],
)
def test_wrong_overrides_are_refused(tmp_path: Path, override: str, expected: str) -> None:
    with pytest.raises(TemplateError, match=expected):
        plan(tmp_path, override)


def test_a_missing_template_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="repository's root"):
        load_plan(tmp_path / "template.yaml", Place(tmp_path, ""))
