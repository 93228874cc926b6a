"""Build the scoring bundle: train, export, calibrate and evaluate. Nothing here runs in the cloud."""

import sys
from pathlib import Path

# `python -m models.evaluate` scores with the worker's own scorer, which lives in the layer's package.
sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))
