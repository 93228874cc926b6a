"""Reader of the default bundle: one graph, a shared encoder with a head for each task and a vector.

Each text runs through the graph by itself, side by side with others but never in one tensor with them: int8 activations
are scaled over the tensor, so in a shared one a ticket's S would depend on its batch mates. It costs nothing here: no
padding, and the threads are evenly loaded (measured: models/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ticketrouter.adapters.onnx_scorer.bundle import Bundle
from ticketrouter.adapters.onnx_scorer.inference import Floats, Inference
from ticketrouter.adapters.onnx_scorer.session import CHARS_PER_TOKEN, load_graph, load_tokenizer

_OUTPUTS = ["category_logits", "sentiment_logits", "urgency_logits", "ticket_vec"]


class SharedEncoder:
    """One session, shared by the threads of a pool.

    Args:
        bundle: Its files are `model.onnx` and `tokenizer.json`.
        threads: Texts that run at the same time, one core each.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._max_tokens = int(bundle.manifest["max_tokens"])
        self._tokenizer = load_tokenizer(bundle.files["tokenizer.json"], self._max_tokens)
        self._session = load_graph(bundle.files["model.onnx"])
        self._unknown_id = self._tokenizer.token_to_id("[UNK]") or 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")

    def read(self, texts: Sequence[str]) -> Inference:
        """Run the graph over at least one text, the longest first so that no thread is left with it at the end."""
        cut = [text[: self._max_tokens * CHARS_PER_TOKEN] for text in texts]
        rows: list[list[int]] = [encoding.ids for encoding in self._tokenizer.encode_batch(cut)]
        order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
        run = self._pool.map if len(rows) > 1 else map
        parts = list(run(self._run, [rows[index] for index in order]))
        back = np.argsort(order)
        category, sentiment, urgency, vectors = (np.concatenate(column)[back] for column in zip(*parts, strict=True))
        unknown = [row.count(self._unknown_id) / len(row) for row in rows]
        return Inference(category, sentiment, urgency, vectors, np.asarray(unknown, dtype=np.float32))

    def _run(self, row: list[int]) -> list[Floats]:
        """Run the graph over the token ids of one text."""
        ids = np.asarray([row], dtype=np.int64)
        return list(self._session.run(_OUTPUTS, {"input_ids": ids, "attention_mask": np.ones_like(ids)}))
