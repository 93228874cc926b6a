"""The folder that the worker's image holds: slim, and all there that its two functions need."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from functions.worker.slim import PARTS, SERVICES, UNUSED, slim
from models.bench_scoring.footprint import SCORER_PACKAGES, build_image_folder, bytes_of

ROOT = Path(__file__).parents[2]
# Every library that worker and score use, used once; without any service behind it.
USE = """
import boto3, hiredis
import score.handler, worker.handler
from ticketrouter.adapters.destinations import parameters_provider
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.adapters.redis_store import RedisClient
from ticketrouter.adapters.secrets import secrets_provider
from ticketrouter.adapters.sqs_queue import sqs_client
from ticketrouter.adapters.system import SystemClock
parameters_provider(), secrets_provider(), sqs_client(), boto3.client("sts")
RedisClient("redis://127.0.0.1:6379/0", SystemClock())
scorer = OnnxScorer({models!r})
print(scorer.self_test(), scorer.score(["Where is my invoice?"])[0].category)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    build_image_folder(folder, compiled=False)
    return folder


@pytest.mark.slow
def test_worker_and_score_start_in_it(image: Path) -> None:
    environment = {
        "PYTHONPATH": str(image),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    # -S: without this environment's packages, what the folder lacks is missing
    command = [sys.executable, "-s", "-S", "-c", USE.format(models=str(ROOT / "models"))]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)

    assert (done.returncode, done.stdout.split()) == (0, ["0", "Billing"]), done.stderr


@pytest.mark.slow
def test_it_holds_nothing_that_is_dropped(image: Path) -> None:
    assert [pattern for pattern in PARTS if list(image.glob(pattern))] == []
    assert {path.name for path in (image / "botocore" / "data").iterdir() if path.is_dir()} == SERVICES
    names = {path.name.split("-")[0].lower().replace("_", "-") for path in image.glob("*.dist-info")}
    assert not names & UNUSED
    assert {"onnxruntime", "boto3", "redis"} <= names


@pytest.mark.slow
def test_the_clients_find_our_services_in_every_partition(image: Path) -> None:
    partitions = json.loads((image / "botocore" / "data" / "endpoints.json").read_text(encoding="utf-8"))["partitions"]
    known = {partition["partition"]: set(partition["services"]) for partition in partitions}

    assert {"aws", "aws-cn", "aws-us-gov"} <= set(known)
    assert all(known[name] == SERVICES for name in ("aws", "aws-cn", "aws-us-gov"))


@pytest.mark.slow
def test_what_scores_is_no_larger_than_promised(image: Path) -> None:
    packages = bytes_of(*(image / name for name in SCORER_PACKAGES))

    assert packages + bytes_of(ROOT / "models" / "artifacts") < 115e6


EXAMPLE = (ROOT / "models" / "categories.example.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("categories", "builds"), [(None, True), (EXAMPLE, True), ("[[category]]\n", False)])
def test_an_image_with_broken_categories_is_not_built(tmp_path: Path, categories: str | None, builds: bool) -> None:
    (line,) = re.findall(r'python -B -c "(.+?)"', (ROOT / "functions/worker/Dockerfile").read_text(), re.DOTALL)
    program = line.replace("\\\n", "").replace("/build/models/models", str(tmp_path))
    if categories is not None:
        (tmp_path / "categories.toml").write_text(categories, encoding="utf-8")

    environment = {"PYTHONPATH": str(ROOT / "layers/core")}
    # -S: the build stage has the package and nothing else
    command = [sys.executable, "-s", "-S", "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)

    assert (done.returncode == 0) is builds, done.stderr
    assert builds or "categories.toml" in done.stderr


def test_a_name_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="anyio"):
        slim(tmp_path)
