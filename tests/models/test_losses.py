"""What the training minimises, on tensors small enough to work out by hand."""

from __future__ import annotations

from math import exp, log

import pytest
import torch

from models.losses import UNKNOWN, anchor_loss, class_loss, contrast_loss, expected_urgency, urgency_losses

NAN = float("nan")


def test_class_loss_is_the_weighted_cross_entropy_of_what_is_known() -> None:
    # Given two rows that are known, of weight 2 and 1, and one that is not
    logits = torch.tensor([[log(3.0), 0.0], [0.0, 0.0], [9.0, -9.0]])
    labels, weights = torch.tensor([0, 1, UNKNOWN]), torch.tensor([2.0, 1.0, 5.0])

    loss = class_loss(logits, labels, weights, smoothing=0.0)

    assert loss.item() == pytest.approx((2 * -log(3 / 4) + 1 * -log(1 / 2)) / 3)


def test_smoothing_moves_a_share_of_the_target_to_all_classes() -> None:
    logits, labels = torch.tensor([[log(3.0), 0.0]]), torch.tensor([0])

    loss = class_loss(logits, labels, torch.ones(1), smoothing=0.2)

    assert loss.item() == pytest.approx(-0.9 * log(3 / 4) - 0.1 * log(1 / 4))


def test_nothing_known_costs_nothing() -> None:
    logits = torch.zeros((2, 4), requires_grad=True)

    loss = class_loss(logits, torch.tensor([UNKNOWN, UNKNOWN]), torch.ones(2), smoothing=0.1)
    loss.backward()

    assert loss.item() == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_the_expected_level_weighs_levels_by_their_chance() -> None:
    # Given chances of 1/2 for level 1 and 1/8 for each other
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0, log(4.0)]])

    assert expected_urgency(logits).item() == pytest.approx((0 + 0.25 + 0.5 + 0.75) / 8 + 1 / 2)


def test_soft_targets_fall_off_with_the_distance() -> None:
    # Given even chances, a label of 1 and a target that falls by e from level to level
    logits = torch.zeros((1, 5))

    soft, squared = urgency_losses(logits, torch.tensor([1.0]), torch.ones(1), sharpness=1.0)

    assert soft.item() == pytest.approx(log(5))
    assert squared.item() == pytest.approx((0.5 - 1.0) ** 2)


def test_a_near_level_costs_less_than_a_far_one() -> None:
    def soft(level: int) -> float:
        logits = torch.full((1, 5), -3.0)
        logits[0, level] = 3.0
        return urgency_losses(logits, torch.tensor([1.0]), torch.ones(1), sharpness=1.5)[0].item()

    assert soft(4) < soft(3) < soft(2) < soft(1) < soft(0)


def test_an_unknown_urgency_counts_for_nothing() -> None:
    known = torch.tensor([[0.0, 0.0, 2.0, 0.0, 0.0]])
    both = torch.cat([known, torch.tensor([[9.0, 0.0, 0.0, 0.0, 0.0]])])

    alone = urgency_losses(known, torch.tensor([0.5]), torch.ones(1), sharpness=2.0)
    beside = urgency_losses(both, torch.tensor([0.5, NAN]), torch.ones(2), sharpness=2.0)

    assert [part.item() for part in beside] == pytest.approx([part.item() for part in alone])


def test_contrast_is_the_supervised_contrastive_loss() -> None:
    # Given two tellings of one incident at a right angle to a stranger, at temperature 1: scores 1, 0, 0
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    loss = contrast_loss(vectors, torch.tensor([7, 7, 8]), temperature=1.0)

    # Then each of the two anchors pays -log(e / (e + 1)); the stranger has no positive and does not count
    assert loss.item() == pytest.approx(-log(exp(1) / (exp(1) + 1)), abs=1e-5)


def test_contrast_falls_as_an_incident_comes_together() -> None:
    def loss(angle: float) -> float:
        turned = torch.tensor([angle]).cos().item(), torch.tensor([angle]).sin().item()
        vectors = torch.tensor([[1.0, 0.0], turned, [-1.0, 0.0]])
        return contrast_loss(vectors, torch.tensor([1, 1, 2]), temperature=0.5).item()

    assert loss(0.1) < loss(0.8) < loss(1.6)


def test_without_an_incident_contrast_is_nothing() -> None:
    assert contrast_loss(torch.eye(3), torch.tensor([1, 2, 3]), temperature=0.1).item() == 0.0


def test_the_anchor_is_about_strangers_alone() -> None:
    # Given a pair of one stem that moved apart, so that the second of it now lies on a stranger
    anchors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])

    loss = anchor_loss(vectors, anchors, torch.tensor([1, 1, 2]))

    # Then of the four ordered pairs of strangers two went from 0 to 1
    assert loss.item() == pytest.approx(2 / 4)
