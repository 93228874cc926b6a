"""Checkpoints of transformers, from a folder or the hub: what they say of themselves, and as fp32 graphs."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimum.exporters.onnx import main_export
from transformers import AutoConfig, AutoTokenizer

TASKS = {"entailment": "text-classification", "sentiment": "text-classification", "embedding": "feature-extraction"}


@dataclass(frozen=True)
class Checkpoint:
    """One of the three models.

    Attributes:
        role: A key of TASKS.
        source: Its id on the hub, or its folder.
        config: Its transformers configuration.
        tokenizer: Its fast tokenizer.
    """

    role: str
    source: str
    config: Any
    tokenizer: Any

    @property
    def labels(self) -> list[str]:
        """Its labels in the order of its logits, lower-cased."""
        return [str(self.config.id2label[index]).lower() for index in range(self.config.num_labels)]

    @property
    def origin(self) -> dict[str, str | None]:
        """What the manifest says of where it came from: of a folder, the last part of its path alone."""
        folder = Path(self.source)
        name = folder.resolve().name if folder.is_dir() else self.source
        return {"source": name, "revision": getattr(self.config, "_commit_hash", None)}


def open_checkpoint(role: str, source: str, max_tokens: int) -> Checkpoint:
    """Read what is small of a checkpoint, so that what is wrong shows before the weights are fetched.

    Raises:
        SystemExit: It cannot be had, or it cannot play this role; says what to do.
    """
    try:
        config, tokenizer = AutoConfig.from_pretrained(source), AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise unavailable(role, source, error) from error
    checkpoint = Checkpoint(role, source, config, tokenizer)
    if not tokenizer.is_fast:
        raise SystemExit(f"{source}: it has no fast tokenizer (tokenizer.json), and the worker has no other kind")
    longest = min(tokenizer.model_max_length, getattr(config, "max_position_embeddings", max_tokens))
    if longest < max_tokens:
        raise SystemExit(f"{source} reads {longest} tokens: lower max_tokens ({max_tokens}) in models/classic.toml")
    if role == "entailment":
        entailment_index(checkpoint)
    if role == "sentiment":
        sentiment_index(checkpoint)
    return checkpoint


def unavailable(role: str, source: str, error: Exception) -> SystemExit:
    """What to do about a checkpoint that neither the hub nor the disk has."""
    reason = str(error).strip().splitlines()[0]
    return SystemExit(
        f"{source}: no such checkpoint here, nor on a hub that this machine reaches.\n  {reason}\n"
        "Fetch it on a machine with the hub, copy the folder here, and name it:\n"
        f"  hf download {source} --local-dir FOLDER\n"
        f"  python -m models.export --bundle classic --{role} FOLDER"
    )


def entailment_index(checkpoint: Checkpoint) -> int:
    """Which logit says that the first text entails the second.

    Source: entailment_id of the zero-shot pipeline of transformers 4.57 (the label that begins with "entail").
    """
    found = [index for index, label in enumerate(checkpoint.labels) if label.startswith("entail")]
    if len(found) != 1:
        raise SystemExit(
            f"{checkpoint.source} is no entailment model: of its labels {checkpoint.labels} one must begin with "
            "'entail' (id2label in its config.json)"
        )
    return found[0]


def sentiment_index(checkpoint: Checkpoint) -> dict[str, int]:
    """Which logit is negative and which is positive."""
    if sorted(checkpoint.labels) != ["negative", "positive"]:
        raise SystemExit(
            f"{checkpoint.source} is no sentiment model of two classes: its labels are {checkpoint.labels}, not "
            "negative and positive (id2label in its config.json)"
        )
    return {label: index for index, label in enumerate(checkpoint.labels)}


def export_fp32(checkpoint: Checkpoint, graph: Path, tokenizer: Path) -> None:
    """Write the checkpoint as an fp32 graph with free batch and token axes, and its tokenizer as one file.

    Raises:
        SystemExit: Its weights cannot be had, or are too many for one file.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            main_export(
                checkpoint.source,
                output=folder,
                task=TASKS[checkpoint.role],
                framework="pt",
                library_name="transformers",
                # Validating is the tests' business (tests/models): on texts, not on random numbers.
                do_validation=False,
            )
        except OSError as error:
            raise unavailable(checkpoint.role, checkpoint.source, error) from error
        if any(Path(folder).glob("*.onnx?data")):
            raise SystemExit(f"{checkpoint.source}: its graph is larger than the 2 GB that one ONNX file holds")
        shutil.move(Path(folder) / "model.onnx", graph)
    checkpoint.tokenizer.backend_tokenizer.save(str(tokenizer))
