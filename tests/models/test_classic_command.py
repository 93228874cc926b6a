"""`python -m models.export --bundle classic`: its configuration, and what it refuses and why."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from models import classic, export
from models.bundle import read_manifest
from models.classic_checkpoints import open_checkpoint
from models.tickets import CATEGORIES, Ticket
from tests.models.checkpoints import MAX_TOKENS
from tests.models.conftest import Exported
from ticketrouter.adapters.onnx_scorer import OnnxScorer


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["export", "--bundle", "classic", *arguments])
    export.main()


@pytest.fixture
def copy(checkpoints: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    for role, folder in checkpoints.items():
        shutil.copytree(folder, tmp_path / role)
    return {role: tmp_path / role for role in checkpoints}


def edit(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))


def test_the_configuration_describes_our_categories_and_levels() -> None:
    settings = classic.read_settings(classic.CONFIG)

    assert tuple(settings.categories) == CATEGORIES
    assert len(settings.hypotheses["category"]) == len(CATEGORIES)
    assert len(settings.hypotheses["urgency"]) == 5
    assert all(
        sentence.endswith(".") and "{" not in sentence for task in settings.hypotheses.values() for sentence in task
    )


def test_categories_of_the_caller_become_those_of_the_bundle(
    monkeypatch: pytest.MonkeyPatch,
    checkpoints: dict[str, Path],
    tickets: tuple[list[Ticket], list[Ticket]],
    tmp_path: Path,
) -> None:
    # Given a caller's file with two categories and three levels
    config = tmp_path / "mine.toml"
    config.write_text(
        re.sub(r"max_tokens = \d+", f"max_tokens = {MAX_TOKENS}", classic.CONFIG.read_text().split("[category]")[0])
        + '[category]\nhypothesis = "It is on {}."\n[category.descriptions]\nShips = "boats"\nTrains = "rails"\n'
        + '[urgency]\nhypothesis = "{}"\ndescriptions = ["It can wait.", "It is pressing.", "It burns."]\n'
    )
    monkeypatch.setattr(classic, "read_rubric", lambda: tickets)

    sources = [f"--{role}={folder}" for role, folder in checkpoints.items()]
    command(monkeypatch, f"--config={config}", f"--out={tmp_path / 'out'}", *sources)

    scorer = OnnxScorer(tmp_path / "out")
    assert scorer.manifest["hypotheses"]["category"] == ["It is on boats.", "It is on rails."]
    assert scorer.manifest["labels"]["urgency_levels"] == [0.0, 0.5, 1.0]
    assert {score.category for score in scorer.score([ticket.text for ticket in tickets[1]])} <= {"Ships", "Trains"}
    assert scorer.self_test() == 0


def test_other_hypotheses_are_another_version(exported: Exported) -> None:
    checkpoints = list(exported.checkpoints.values())
    same = classic.uncalibrated(exported.settings, checkpoints, exported.small)
    other = classic.uncalibrated(
        classic.replace(exported.settings, hypotheses=exported.settings.hypotheses | {"category": list("abcd")}),
        checkpoints,
        exported.small,
    )

    assert same["version"] == read_manifest(exported.small)["version"] != other["version"]


def test_without_a_hub_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        command(monkeypatch, f"--out={tmp_path}", "--entailment=nobody/has-this")

    assert "hf download nobody/has-this --local-dir FOLDER" in str(stop.value)
    assert "--entailment FOLDER" in str(stop.value)
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_missing_are_named_too(copy: dict[str, Path], exported: Exported, tmp_path: Path) -> None:
    checkpoint = open_checkpoint("sentiment", str(copy["sentiment"]), MAX_TOKENS)
    (copy["sentiment"] / "model.safetensors").unlink()

    with pytest.raises(SystemExit, match="--sentiment FOLDER"):
        classic.export_graphs([checkpoint], tmp_path / "full", tmp_path / "small")


@pytest.mark.parametrize(
    ("role", "labels", "complaint"),
    [
        ("entailment", ["no", "perhaps", "yes"], "one must begin with 'entail'"),
        ("sentiment", ["bad", "good"], "not negative and positive"),
        ("sentiment", ["negative", "neutral", "positive"], "two classes"),
    ],
)
def test_a_model_that_cannot_play_the_role_is_refused(
    copy: dict[str, Path], role: str, labels: list[str], complaint: str
) -> None:
    edit(copy[role], id2label=dict(enumerate(labels)), label2id={label: index for index, label in enumerate(labels)})

    with pytest.raises(SystemExit, match=complaint):
        open_checkpoint(role, str(copy[role]), MAX_TOKENS)


def test_a_model_that_reads_less_is_refused(copy: dict[str, Path]) -> None:
    with pytest.raises(SystemExit, match=f"reads {MAX_TOKENS} tokens"):
        open_checkpoint("entailment", str(copy["entailment"]), MAX_TOKENS + 1)


@pytest.mark.parametrize(
    "urgency", ['hypothesis = "{}"\ndescriptions = ["one"]', 'hypothesis = "x"\ndescriptions = ["a", "b"]']
)
def test_hypotheses_that_leave_no_choice_are_refused(tmp_path: Path, urgency: str) -> None:
    config = tmp_path / "mine.toml"
    config.write_text(classic.CONFIG.read_text().split("[urgency]")[0] + "[urgency]\n" + urgency)

    with pytest.raises(SystemExit, match="urgency"):
        classic.read_settings(config)
