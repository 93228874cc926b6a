"""The default bundle's network: its export says what PyTorch says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch

from models.batches import load_tokenizer, pad
from models.export import export_fp32
from models.network import OUTPUTS, TASKS, TicketNet, parameter_groups
from models.quantise import optimise
from tests.models.texts import TEXTS

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def net() -> TicketNet:
    """Freshly initialised, but for its attention, which starts at zero and would hide a fault."""
    torch.manual_seed(5)
    fresh = TicketNet().eval()
    with torch.no_grad():
        fresh.attention.weight.normal_(0.0, 0.5)
        fresh.attention.bias.normal_(0.0, 0.5)
    return fresh


@pytest.fixture(scope="module")
def rows() -> list[list[int]]:
    """Token ids of texts of 2 to 64 tokens."""
    return [encoding.ids for encoding in load_tokenizer(64).encode_batch(TEXTS)]


@pytest.fixture(scope="module")
def graph(net: TicketNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "fp32.onnx"
    export_fp32(net, path)
    return path


def run(path: Path, rows: list[list[int]]) -> list[np.ndarray]:
    """Outputs of the exported graph, which takes one text at a time."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    each = [session.run(list(OUTPUTS), {"input_ids": np.asarray([row], dtype=np.int64)}) for row in rows]
    return [np.concatenate(column) for column in zip(*each, strict=True)]


@pytest.mark.parametrize("optimised", [False, True], ids=["plain", "optimised"])
def test_the_export_says_what_pytorch_says(
    net: TicketNet, graph: Path, rows: list[list[int]], tmp_path: Path, optimised: bool
) -> None:
    if optimised:
        optimise(graph, tmp_path / "optimised.onnx", weights="optimised.weights")
        graph = tmp_path / "optimised.onnx"
    with torch.inference_mode():
        expected = net(*pad(rows))
    said = run(graph, rows)

    for name, here, there in zip(OUTPUTS, said, expected, strict=True):
        # the median: MiniLM has a dimension or two that never move
        assert np.median(np.ptp(there.numpy(), axis=0)) > 100 * TOLERANCE, name
        assert np.abs(here - there.numpy()).max() < TOLERANCE, name


def test_padding_changes_nothing(net: TicketNet, rows: list[list[int]]) -> None:
    with torch.inference_mode():
        together = net(*pad(rows))
        alone = [torch.cat(column) for column in zip(*(net(*pad([row])) for row in rows), strict=True)]

    for padded, single in zip(together, alone, strict=True):
        assert (padded - single).abs().max() < TOLERANCE


def test_vectors_have_unit_length(net: TicketNet, rows: list[list[int]]) -> None:
    with torch.inference_mode():
        vectors = net(*pad(rows))[3]

    assert vectors.norm(dim=1).numpy() == pytest.approx(1.0, abs=1e-5)


def test_at_the_start_every_task_sees_the_mean(rows: list[list[int]]) -> None:
    fresh = TicketNet().eval()
    ids, mask = pad(rows[:1])

    with torch.inference_mode():
        logits = fresh(ids, mask)[:3]
        mean = fresh.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.mean(1)
        for task, said in zip(TASKS, logits, strict=True):
            assert (said - fresh.heads[task](mean)).abs().max() < 1e-5


def test_lower_layers_learn_more_slowly_and_the_word_table_not_at_all(net: TicketNet) -> None:
    *layers, heads = parameter_groups(net, encoder_lr=1.0, layer_decay=0.5, head_lr=7.0)

    assert [group["lr"] for group in layers] == [0.5**5, 0.5**4, 0.5**3, 0.5**2, 0.5, 1.0]
    assert heads["lr"] == 7.0
    assert not any(parameter.requires_grad for parameter in net.encoder.embeddings.parameters())
