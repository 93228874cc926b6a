"""`python -m models.categories check` on the committed bundle."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from models import categories
from models.categories import Space, Verdicts, describe, read_labelled
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.categories import Category, OwnCategories

MODEL_DIR = Path(__file__).parents[2] / "models"
MONEY = Category("Money", "money that was charged", ("You took the fee twice.", "The refund is late."))
PARCELS = Category("Parcels", "parcels and couriers", ("The courier lost my parcel.",))
LONELY = Category("Lonely", "", ("Thank you all, you were wonderful!",))


@pytest.fixture(scope="module")
def space() -> Space:
    return Space(OwnCategories((MONEY, PARCELS, LONELY)), OnnxScorer(MODEL_DIR))


def test_each_example_is_judged_without_itself(space: Space) -> None:
    verdicts = space.leave_one_out()
    assert verdicts.texts == [*MONEY.examples, *PARCELS.examples]  # without it nothing would be left of Lonely
    assert verdicts.right.all()
    alone = space.judge([MONEY.examples[0]], ["Money"])
    assert verdicts.cosines[0, 0] < alone.cosines[0, 0], "with itself an example is nearer to its category"


def test_labelled_texts_are_judged_by_all(space: Space) -> None:
    verdicts = space.judge(["My card was charged two times", "My parcel has not come"], ["Money", "Money"])
    assert verdicts.right.tolist() == [True, False]
    report = describe(verdicts, space.own)
    assert report.startswith("1 of 2 right (0.50)")
    assert "taken for 1 x Parcels" in report
    assert "Money -> Parcels: 'My parcel has not come'" in report


def test_the_temperature_that_fits_is_found() -> None:
    cosines = np.array([[0.4, 0.0], [0.0, 0.4]], dtype=np.float32)
    sure = Verdicts(["A", "B"], ["a", "b"], cosines, np.array([0, 1]))
    wrong = Verdicts(["A", "B"], ["a", "b"], cosines, np.array([0, 0]))
    assert sure.best_temperature() == categories.TEMPERATURES[0]
    assert wrong.best_temperature() == categories.TEMPERATURES[-1]


def test_a_label_that_is_no_category_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text('text,category\n"one, two",Money\nthree,Cash\n')
    with pytest.raises(ValueError, match="row 3: 'Cash'"):
        read_labelled(file, ["Money"])
    assert read_labelled(file, ["Money", "Cash"]) == (["one, two", "three"], ["Money", "Cash"])


def test_what_is_wrong_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[[category]]\n")
    monkeypatch.setattr(sys, "argv", ["models.categories", "check", str(file)])
    with pytest.raises(SystemExit, match="2"):
        categories.main()
    assert "2 to 50 [[category]] entries are needed" in capsys.readouterr().err


def test_examples_alone_that_cannot_be_judged_say_what_is_missing() -> None:
    own = OwnCategories((LONELY, Category("Other", "", ("No.",))))
    assert "No category has a second text" in describe(Space(own, OnnxScorer(MODEL_DIR)).leave_one_out(), own)
