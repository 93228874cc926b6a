"""One model of a bundle: a graph in onnxruntime with its tokenizer, run over texts one by one.

Each text runs by itself, side by side with others but never in one tensor with them: int8 activations are scaled over
the tensor, so in a shared one a ticket's S would depend on its batch mates. It costs nothing here: no padding, and the
threads are evenly loaded (measured: models/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from itertools import repeat
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Encoding, Tokenizer

from ticketrouter.adapters.onnx_scorer.inference import Floats

_CHARS_PER_TOKEN = 16  # what lies beyond cannot matter; bounds the time spent on tokenising a huge text
_UNKNOWN = ("[UNK]", "<unk>")


class TextModel:
    """A graph and its tokenizer; safe to share between threads.

    Args:
        graph: The ONNX file; constants that it keeps in another one are beside it.
        tokenizer: The `tokenizer.json` beside it.
        outputs: Names of the graph's outputs, in the order in which `run` returns them.
        max_tokens: What lies beyond is cut off; of a pair, off its first text.
        pool: Runs as many texts at the same time as it has threads.
        alone_threads: Threads for a text that comes alone; more than one cost memory for a second session.

    Raises:
        ValueError: The graph asks for an input that no tokenizer gives.
    """

    def __init__(
        self,
        graph: Path,
        tokenizer: Path,
        *,
        outputs: Sequence[str],
        max_tokens: int,
        pool: Executor,
        alone_threads: int = 1,
    ) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=max_tokens, strategy="only_first")
        self._session = _session(graph)
        self._alone = self._session if alone_threads == 1 else _session(graph, alone_threads)
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._outputs = list(outputs)
        self._max_chars = max_tokens * _CHARS_PER_TOKEN
        self._pool = pool
        if strange := set(self._inputs) - {"input_ids", "attention_mask", "token_type_ids"}:
            raise ValueError(f"the graph wants {strange}")

    def encode(self, texts: Sequence[str], second: str | None = None) -> list[Encoding]:
        """Tokenise each text, as the first of a pair if there is a second."""
        cut = [text[: self._max_chars] for text in texts]
        return self._tokenizer.encode_batch(cut if second is None else [(text, second) for text in cut])

    def run(self, rows: Sequence[Encoding]) -> list[list[Floats]]:
        """Run the graph over each row; its outputs are [1, …] float32.

        Several share the cores, the longest first, so that no thread is left with it at the end. One alone has them all
        for itself; its outputs are the same to the last bit (a test compares).
        """
        if len(rows) == 1:
            return [self._one(self._alone, rows[0])]
        order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
        parts = list(self._pool.map(self._one, repeat(self._session), [rows[index] for index in order]))
        return [parts[index] for index in np.argsort(order)]

    def unknown_share(self, rows: Sequence[Encoding]) -> Floats:
        """Return which share of each row's tokens stands for something that the vocabulary lacks, [n]."""
        unknown = {self._tokenizer.token_to_id(token) for token in _UNKNOWN} - {None}
        return np.asarray([sum(token in unknown for token in row.ids) / len(row) for row in rows], dtype=np.float32)

    def knows(self, word: str) -> bool:
        """Tell whether the vocabulary holds a word whole."""
        return self._tokenizer.token_to_id(word) is not None

    def width(self, output: str) -> int:
        """Return the last dimension of an output."""
        return next(int(node.shape[-1]) for node in self._session.get_outputs() if node.name == output)

    def _one(self, session: ort.InferenceSession, row: Encoding) -> list[Floats]:
        given = {"input_ids": row.ids, "attention_mask": row.attention_mask, "token_type_ids": row.type_ids}
        feed = {name: np.asarray([given[name]], dtype=np.int64) for name in self._inputs}
        return list(session.run(self._outputs, feed))


def _session(graph: Path, threads: int = 1) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")  # its threads wait busily while it runs alone
    # The file was optimised when it was exported; doing it again costs start-up time and undoes a choice (SkipLN).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.set_denormal_as_zero", "1")  # softmax tails: 3x slower without
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
