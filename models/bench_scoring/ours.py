"""Our side: the scorer as the worker uses it. Runs in the image's folder, so it imports nothing that is not there."""

from __future__ import annotations

import sys

from models.bench_scoring.child import serve
from ticketrouter.adapters.onnx_scorer import OnnxScorer

if __name__ == "__main__":
    serve(OnnxScorer(sys.argv[1]).score)
