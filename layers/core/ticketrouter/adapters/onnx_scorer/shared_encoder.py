"""Reader of the default bundle: one graph, a shared encoder with a head for each task and a vector."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ticketrouter.adapters.onnx_scorer.bundle import Bundle
from ticketrouter.adapters.onnx_scorer.inference import Inference
from ticketrouter.adapters.onnx_scorer.session import TextModel

_OUTPUTS = ["category_logits", "sentiment_logits", "urgency_logits", "ticket_vec"]


class SharedEncoder:
    """One model that says everything.

    Args:
        bundle: Its files are `model.onnx` with its weights, and `tokenizer.json`.
        threads: Texts that run at the same time, one core each; or the cores of one that comes alone.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._model = TextModel(
            bundle.files["model.onnx"],
            bundle.files["tokenizer.json"],
            outputs=_OUTPUTS,
            max_tokens=int(bundle.manifest["max_tokens"]),
            pool=ThreadPoolExecutor(threads, thread_name_prefix="onnx"),
            alone_threads=threads,
        )

    def read(self, texts: Sequence[str]) -> Inference:
        """Run the graph over at least one text."""
        rows = self._model.encode(texts)
        columns = zip(*self._model.run(rows), strict=True)
        category, sentiment, urgency, vectors = (np.concatenate(column) for column in columns)
        return Inference(category, sentiment, urgency, vectors, self._model.unknown_share(rows))

    def knows(self, word: str) -> bool:
        """Tell whether the vocabulary holds a lower-case word whole."""
        return self._model.knows(word)
