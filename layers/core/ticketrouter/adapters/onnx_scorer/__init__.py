"""Score texts with the ONNX bundle that a manifest describes: onnxruntime, tokenizers and numpy, nothing else.

`bundle.py` verifies the files, `session.py` runs one graph with its tokenizer, a reader per kind of bundle turns
texts into raw outputs (`inference.py` says what they are), `heads.py` tells categories, and `scorer.py` makes verdicts
of it all.
"""

from ticketrouter.adapters.onnx_scorer.bundle import read_evaluation
from ticketrouter.adapters.onnx_scorer.inference import Floats, Inference, softmax
from ticketrouter.adapters.onnx_scorer.scorer import OnnxScorer

__all__ = ["Floats", "Inference", "OnnxScorer", "read_evaluation", "softmax"]
