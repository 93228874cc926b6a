"""Whether a number means what it says."""

from __future__ import annotations

import numpy as np
import pytest

from models.outputs import Outputs
from models.reliability import Bin, calibration_error, category_reliability, reliability, urgency_reliability
from models.tickets import Ticket


def test_bins_hold_what_was_said_and_what_was_true() -> None:
    said = np.array([0.02, 0.08, 0.55, 1.0])
    true = np.array([0.0, 1.0, 1.0, 1.0])
    assert reliability(said, true) == [Bin(2, 0.05, 0.5), Bin(1, 0.55, 1.0), Bin(1, 1.0, 1.0)]


def test_the_error_weighs_each_bin_by_its_tickets() -> None:
    said = np.array([0.1, 0.1, 0.1, 0.9])
    true = np.array([0.0, 0.0, 0.0, 0.0])
    assert calibration_error(said, true) == pytest.approx(0.75 * 0.1 + 0.25 * 0.9)


def test_who_is_right_as_often_as_said_has_no_error() -> None:
    said = np.repeat([0.25, 0.75], 400)
    true = np.concatenate([np.arange(400) < 100, np.arange(400) < 300]).astype(float)
    assert calibration_error(said, true) == pytest.approx(0.0)


def test_a_second_accepted_category_is_right_and_missing_labels_are_left_out() -> None:
    tickets = [
        Ticket("a", category="Billing", urgency=0.5),
        Ticket("b", category="Legal", alt_category="Technical"),
        Ticket("c"),
    ]
    category = np.array([[0.1, 0.7, 0.1, 0.1], [0.2, 0.6, 0.1, 0.1], [1, 0, 0, 0]], dtype=np.float32)
    outputs = Outputs(category, np.zeros((3, 3), np.float32), np.array([0.4, 0.9, 0.1], np.float32), category)
    confidence, right = category_reliability(tickets, outputs)
    assert confidence == pytest.approx([0.7, 0.6])
    assert right.tolist() == [0.0, 1.0]
    said, labels = urgency_reliability(tickets, outputs)
    assert said == pytest.approx([0.4])
    assert labels.tolist() == [0.5]
