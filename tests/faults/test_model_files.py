"""A bundle that is damaged, and models that misbehave; `python -m tests.faults model_files` does hundreds of it."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from tests.faults.harness.sick_models import SICKNESSES, go_through
from tests.faults.model_files import (
    Loaded,
    broken_categories,
    bundle_in,
    damaged_files,
    judge,
    load,
    strange_manifests,
    try_all,
)
from ticketrouter import bootstrap
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.errors import ModelMismatchError

QUICK = [sickness for sickness in SICKNESSES if sickness.name in ("fails", "fails_on_one", "talks_nonsense_of_one")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return bundle_in(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def healthy(folder):
    return load(folder)


def test_every_damage_of_a_file_is_answered_by_the_word_list_loudly(folder, healthy):
    broken = []
    verdicts = try_all(damaged_files(folder, Random(1), 1), folder, healthy, broken, seed=1)

    assert broken == []
    assert verdicts == {"degraded": 15, "crashed": 0, "silent": 0}
    assert load(folder).scores == healthy.scores  # and the next start with a bundle that is whole has it


def test_no_manifest_stops_the_start(folder, healthy):
    broken = []
    verdicts = try_all(strange_manifests(folder, Random(3), 8), folder, healthy, broken, seed=3)

    assert broken == []
    assert verdicts["degraded"] >= 5


@pytest.mark.parametrize(
    "change",
    [{"breaker_ms_per_ticket": None}, {"self_test": "x"}, {"duplicate_similarity": []}, {"files": {"model.onnx": 1}}],
)
def test_a_manifest_without_sense_is_no_bundle_of_ours(folder, change):
    path = folder / "manifest.json"
    original = path.read_text()
    path.write_text(json.dumps(json.loads(original) | change))
    try:
        with pytest.raises(ModelMismatchError):
            OnnxScorer(folder)
    finally:
        path.write_text(original)


def test_own_categories_that_are_broken_stop_the_start_and_are_named(folder):
    broken = []
    assert broken_categories(folder, broken) == {"refused_by_name": 4}
    assert broken == []


def test_the_figures_show_a_start_that_fails_and_one_that_says_nothing(folder, healthy, monkeypatch):
    def fails(*args, **kwargs):
        raise KeyError("labels")

    monkeypatch.setattr(bootstrap, "_scorer", fails)
    broken = []
    assert try_all([("nothing", lambda: None)], folder, healthy, broken, seed=1)["crashed"] == 1
    assert "KeyError" in broken[0]
    degraded = [replace(score, degraded=True) for score in healthy.scores]
    assert judge(Loaded(degraded, []), healthy) == "silent"


@pytest.mark.parametrize("sickness", QUICK, ids=lambda sickness: sickness.name)
def test_models_that_misbehave_cost_no_ticket_and_come_back(sickness):
    assert go_through(sickness).broken == []
