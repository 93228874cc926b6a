"""Categories of one's own over the committed bundle, and how the functions find them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ticketrouter import bootstrap
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.adapters.onnx_scorer.heads import centroids, similarities
from ticketrouter.domain.categories import Category, OwnCategories, parse
from ticketrouter.domain.errors import MissingSettingError

MODEL_DIR = Path(__file__).parents[2] / "models"
EXAMPLE = MODEL_DIR / "categories.example.toml"
TEXT = "My card is declined at the till although there is money on the account."


@pytest.fixture(scope="module")
def plain() -> OnnxScorer:
    return OnnxScorer(MODEL_DIR)


@pytest.fixture(scope="module")
def own() -> OnnxScorer:
    return OnnxScorer(MODEL_DIR, own=parse(EXAMPLE.read_bytes()))


def test_the_categories_that_are_in_use_are_told(own: OnnxScorer) -> None:
    assert own.manifest["labels"]["category"] == parse(EXAMPLE.read_bytes()).names


def test_plain_tickets_find_their_category(own: OnnxScorer) -> None:
    texts = {
        TEXT: "Payments",
        "I forgot my password and cannot sign in.": "Access",
        "The parcel arrived with a broken lamp in it.": "Orders",
        "A court has ordered you to keep these records.": "Legal process",
    }
    assert {text: score.category for text, score in zip(texts, own.score([*texts]), strict=True)} == texts


def test_all_but_the_category_stays_as_it_is(plain: OnnxScorer, own: OnnxScorer) -> None:
    (before,), (after,) = plain.score([TEXT]), own.score([TEXT])
    assert (after.urgency_score, after.contributions, after.sentiment_score, after.embedding) == (
        before.urgency_score, before.contributions, before.sentiment_score, before.embedding,
    )  # fmt: skip


def test_the_self_test_is_the_bundles(own: OnnxScorer) -> None:
    assert own.self_test() == 0


@pytest.mark.parametrize(("review_below", "asks"), [(1.0, True), (1e-9, False)])
def test_a_low_confidence_asks_for_a_person(review_below: float, asks: bool) -> None:
    categories = (Category("Money", "money that was charged"), Category("Parcels", "parcels and couriers"))
    (score,) = OnnxScorer(MODEL_DIR, own=OwnCategories(categories, review_below)).score([TEXT])
    assert (score.category, score.needs_review) == ("Money", asks)


def test_a_lower_temperature_is_surer_of_itself() -> None:
    categories = (Category("Money", "money that was charged"), Category("Parcels", "parcels and couriers"))
    cold, warm = (OnnxScorer(MODEL_DIR, own=OwnCategories(categories, 0.5, t)).score([TEXT])[0] for t in (0.1, 0.9))
    assert 0.5 < warm.category_confidence < cold.category_confidence <= 1.0


def test_a_category_lies_in_the_middle_of_its_texts() -> None:
    east, north, west = (np.array([row], dtype=np.float32) for row in ([2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]))
    centres = centroids([np.concatenate([east, north * 2]), west])
    assert centres[0] == pytest.approx([0.7071, 0.7071], abs=1e-4)
    assert similarities(east, centres).argmax() == 0
    assert similarities(west, centres)[0] == pytest.approx([-1.0, 1.0], abs=0.3)


# --- how the functions find them -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("artifacts", "manifest.json"):
        (tmp_path / name).symlink_to(MODEL_DIR / name)
    return tmp_path


def test_a_file_beside_the_manifest_is_used(folder: Path) -> None:
    (folder / "categories.toml").write_bytes(EXAMPLE.read_bytes())
    scorer, manifest = bootstrap._scorer(str(folder))
    (score,) = scorer.score([TEXT])
    assert score is not None
    assert (score.category, manifest["labels"]["category"][0]) == ("Payments", "Payments")


def test_without_it_the_bundles_own_are(folder: Path) -> None:
    assert "Billing" in bootstrap._scorer(str(folder))[1]["labels"]["category"]


def test_a_broken_file_stops_the_start(folder: Path) -> None:
    (folder / "categories.toml").write_text("[[category]]\n")
    with pytest.raises(MissingSettingError, match=r"categories\.toml"):
        bootstrap._scorer(str(folder))


def test_without_a_bundle_the_words_choose_among_them(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "categories.toml").write_bytes(EXAMPLE.read_bytes())
    (score,) = bootstrap._scorer(str(folder))[0].score(["The courier lost my parcel"])
    assert score is not None
    assert (score.category, score.degraded) == ("Orders", True)
