"""Tiny checkpoints of the classic models' architectures, and the bundles that the exporter makes of them."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported: what needs a hub must fail here, and at once

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from models import classic
from models.classic_checkpoints import Checkpoint, open_checkpoint
from models.tickets import Ticket, read_rubric
from tests.models.checkpoints import MAX_TOKENS, save_bart, save_distilbert, save_minilm
from ticketrouter.adapters.onnx_scorer import OnnxScorer

torch.set_num_threads(1)  # matrices of this size are slower on two


@dataclass(frozen=True)
class Exported:
    """What one export made: fp32 (fitted with nothing) and int8 (as it ships), with what it was made of."""

    settings: classic.Settings
    checkpoints: dict[str, Checkpoint]
    full: Path
    small: Path


@pytest.fixture(scope="session")
def tickets() -> tuple[list[Ticket], list[Ticket]]:
    """Of our own train and dev tickets as many as a dozen numbers can be fitted on."""
    train, dev = read_rubric()
    return train[::5], dev[:160]


@pytest.fixture(scope="session")
def settings() -> classic.Settings:
    return replace(classic.read_settings(classic.CONFIG), max_tokens=MAX_TOKENS)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each role, as `hf download` would leave it."""
    root = tmp_path_factory.mktemp("checkpoints")
    save_bart(root / "bart", [ticket.text for ticket in read_rubric()[0][:300]])
    save_distilbert(root / "distilbert")
    save_minilm(root / "minilm")
    return {"entailment": root / "bart", "sentiment": root / "distilbert", "embedding": root / "minilm"}


@pytest.fixture(scope="session")
def exported(
    tmp_path_factory: pytest.TempPathFactory,
    settings: classic.Settings,
    checkpoints: dict[str, Path],
    tickets: tuple[list[Ticket], list[Ticket]],
) -> Exported:
    full, small = tmp_path_factory.mktemp("full"), tmp_path_factory.mktemp("small")
    opened = {role: open_checkpoint(role, str(folder), MAX_TOKENS) for role, folder in checkpoints.items()}
    classic.export_bundle(settings, list(opened.values()), small, full, *tickets)
    return Exported(settings, opened, full, small)


@pytest.fixture(scope="session")
def full(exported: Exported) -> OnnxScorer:
    return OnnxScorer(exported.full)


@pytest.fixture(scope="session")
def small(exported: Exported) -> OnnxScorer:
    return OnnxScorer(exported.small)
