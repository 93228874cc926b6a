"""Training, on a handful of tickets: it learns them, and an interruption costs nothing but time."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
import torch

from models import train as training
from models.tickets import Ticket
from models.train import draw_epoch, train

TICKETS = [
    Ticket("Nobody can log in since nine.", "Technical", 1.0, "neutral", "t-g01"),
    Ticket("Login is down for the whole company.", "Technical", 1.0, "negative", "t-g01"),
    Ticket("Login works again, thank you!", "Technical", 0.0, "positive", "t-g01n1"),
    Ticket("Where is my invoice for May?", "Billing", 0.25, "neutral", "t-s01"),
    Ticket("A subpoena is attached, answer due today.", "Legal", 1.0, "neutral", "t-s02"),
    Ticket("Do you have jobs in Oslo?", "General", 0.25, "neutral", "t-s03"),
]
REPORT = Ticket(
    "The export stops after a hundred rows on every machine. We have tried three browsers and all of them fail.",
    source="halves",
)


@pytest.fixture
def config() -> dict[str, Any]:
    settings = tomllib.loads((Path(training.__file__).with_name("train.toml")).read_text())
    return settings | {"epochs": 2, "average_last": 1, "batch_size": 8, "max_tokens": 24, "public_max_tokens": 24}


def weights(net: torch.nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten() for value in net.state_dict().values()])


def test_an_interrupted_run_ends_where_an_undisturbed_one_does(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = train(config, TICKETS, {})

    class Interrupted(training.Run):
        def finish_epoch(self) -> None:
            super().finish_epoch()
            raise KeyboardInterrupt

    unfinished = tmp_path / "unfinished.pt"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "Run", Interrupted)
        train(config, TICKETS, {}, unfinished)
    assert torch.load(unfinished, weights_only=True)["done"] == 1

    resumed = train(config, TICKETS, {}, unfinished)
    assert torch.equal(weights(resumed), weights(undisturbed))


def test_an_unfinished_run_of_other_tickets_is_not_taken_up(
    config: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unfinished = tmp_path / "unfinished.pt"
    train(config | {"epochs": 1}, TICKETS[:4], {}, unfinished)
    train(config | {"epochs": 1}, TICKETS, {}, unfinished)
    assert "starting anew" in capsys.readouterr().out


def test_the_halves_of_a_report_share_a_batch_and_a_group(config: dict[str, Any]) -> None:
    epoch = draw_epoch(TICKETS, {"halves": [REPORT]}, config, random.Random(1))
    (halves,) = [tickets for tickets, ours in epoch if not ours]
    assert [half.text.split()[0] for half in halves] == ["The", "We"]
    assert len({half.group for half in halves}) == 1
    assert {half.category for half in halves} == {None}
