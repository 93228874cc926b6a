"""One graph in onnxruntime, one tokenizer: how they are loaded."""

from __future__ import annotations

import onnxruntime as ort
from tokenizers import Tokenizer

CHARS_PER_TOKEN = 16  # what lies beyond cannot matter; bounds the time spent on tokenising a huge text


def load_graph(content: bytes) -> ort.InferenceSession:
    """Load a graph that was optimised when it was exported; one thread a run."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the readers run texts side by side instead: measured faster
    # The file was optimised when it was exported; doing it again costs start-up time and undoes a choice (SkipLN).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.set_denormal_as_zero", "1")  # softmax tails: 3x slower without
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def load_tokenizer(content: bytes, max_tokens: int) -> Tokenizer:
    """Load a tokenizer that pads nothing and cuts at `max_tokens`; of a pair it cuts the first text alone."""
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens, strategy="only_first")
    return tokenizer
