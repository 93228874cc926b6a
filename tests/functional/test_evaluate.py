"""`python -m models.evaluate --file`: any labelled CSV, scored as the worker scores, by the runtime's packages."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.evaluate import main
from ticketrouter.adapters.onnx_scorer import OnnxScorer

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).with_name("labelled.csv")
PROMISED = {
    "category_macro_f1",
    "urgency_spearman",
    "urgency_auroc",
    "urgency_mae",
    "sentiment_accuracy",
    "pair_f1",
    "n",
}
COLUMNS = ["text", "category", "urgency", "sentiment", "alt_category", "group_id"]
# Runs the command and says which installed packages it has imported.
RUNNER = """
import runpy, sys
sys.argv = ["models.evaluate", *sys.argv[1:]]
runpy.run_module("models.evaluate", run_name="__main__")
files = [(name.partition(".")[0], getattr(module, "__file__", None) or "") for name, module in sys.modules.items()]
print(*sorted({name for name, file in files if "site-packages" in file}), file=sys.stderr)
"""


@pytest.fixture
def figures(capsys: pytest.CaptureFixture[str]):
    """What the command prints of a file with these arguments."""

    def run(path: Path, *arguments: str) -> dict[str, float | None]:
        main(["--file", str(path), "--json", *arguments])
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def written(tmp_path: Path):
    """A CSV of these rows."""

    def write(*rows: dict[str, object]) -> Path:
        path = tmp_path / "given.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def predictions(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_prints_one_json_object_and_imports_the_runtime_packages_only(tmp_path: Path) -> None:
    arguments = ["--file", str(FIXTURE), "--json", "--predictions", str(tmp_path / "out.csv")]
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=100, check=True
    )
    assert done.stdout.count("\n") == 1
    said = json.loads(done.stdout)
    assert said.keys() >= PROMISED
    assert said["n"] == 8
    packages = set(done.stderr.split())
    assert packages >= {"numpy", "onnxruntime", "tokenizers"}
    assert packages <= {"numpy", "onnxruntime", "tokenizers", "flatbuffers", "google", "_distutils_hack"}


def test_gz_and_plain_give_the_same(tmp_path: Path, figures) -> None:
    packed = tmp_path / "labelled.csv.gz"
    packed.write_bytes(gzip.compress(FIXTURE.read_bytes()))
    assert figures(packed) == figures(FIXTURE)


def test_predictions_have_the_order_of_the_input_and_the_worker_s_scores(tmp_path: Path, figures) -> None:
    figures(FIXTURE, "--predictions", str(tmp_path / "out.csv"))
    rows = predictions(tmp_path / "out.csv")
    texts = [row["text"] for row in predictions(FIXTURE)]
    assert list(rows[0]) == ["text", "category", "category_confidence", "urgency", "sentiment", "needs_review"]
    assert [row["text"] for row in rows] == texts
    assert "\n" in texts[3]
    for row, score in zip(rows, OnnxScorer(ROOT / "models").score(texts), strict=True):
        assert row["category"] == score.category
        assert float(row["category_confidence"]) == score.category_confidence
        assert float(row["urgency"]) == score.urgency_score
        assert row["sentiment"] == score.sentiment
        assert row["needs_review"] == ("true" if score.needs_review else "false")


def test_texts_are_cleaned_as_ingest_cleans_them(tmp_path: Path, figures, written) -> None:
    plain = "The café's API is down for all customers."
    dressed = "\u202eThe cafe\u0301's API\x07 is down for all customers.\r\n"
    figures(written({"text": plain}, {"text": dressed}), "--predictions", str(tmp_path / "out.csv"))
    first, second = predictions(tmp_path / "out.csv")
    assert second["text"] == dressed
    assert {**first, "text": ""} == {**second, "text": ""}


def test_without_labels_every_figure_is_null(figures, written) -> None:
    said = figures(written({"text": "It does not work."}, {"text": "Thank you!"}))
    assert {key: said[key] for key in PROMISED} == dict.fromkeys(PROMISED - {"n"}) | {"n": 2}


def test_the_alternative_category_is_right_too(tmp_path: Path, figures, written) -> None:
    text = "Where can I download the receipts for last year, please?"
    figures(written({"text": text}), "--predictions", str(tmp_path / "out.csv"))
    (said,) = predictions(tmp_path / "out.csv")
    wrong = "Legal" if said["category"] != "Legal" else "General"
    assert figures(written({"text": text, "category": wrong}))["category_macro_f1"] == 0.0
    assert (
        figures(written({"text": text, "category": wrong, "alt_category": said["category"]}))["category_macro_f1"]
        == 1.0
    )


def test_pairs_are_judged_at_the_bundle_s_own_threshold(figures, written) -> None:
    down, logo = "The API is down for everybody since ten.", "Could the logo be a little larger?"
    same = [{"text": down, "group_id": "g1"}, {"text": down, "group_id": "g1"}]
    assert figures(written(*same, {"text": logo, "group_id": ""}))["pair_f1"] == 1.0
    assert figures(written({"text": down, "group_id": "g1"}, {"text": logo, "group_id": "g1"}))["pair_f1"] == 0.0
