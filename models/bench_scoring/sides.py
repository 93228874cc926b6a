"""How each side is started: its interpreter, its folder, its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.bench_scoring import kernels
from models.bench_scoring.child import Child, ChildError
from models.bench_scoring.footprint import ROOT
from models.bundle import MODELS_DIR

OUR_LABELS = ("Billing", "Technical", "Legal", "General")
THREE_LABELS = OUR_LABELS[:3]
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "TRANSFORMERS_VERBOSITY": "error"}
# Read by boto3 and Powertools at import; no account is behind it, and nothing is ever sent.
_AWS = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
_MODELS_PYTHON = ROOT / ".venv-models" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Sides:
    """Starts either side.

    Attributes:
        image: The folder that `footprint.build_image_folder` has filled.
        checkpoints: The folder that `checkpoints.py` fills.
        mask: Library that hides instructions, or None for the CPU as it is.
    """

    image: Path
    checkpoints: Path
    mask: Path | None = None

    def ours(self, part: str = "ours") -> Child:
        """Start our scorer, or (`worker`) all that the worker's process holds."""
        # The bare interpreter: `-S` leaves out site-packages, so what the image lacks is missing here too.
        command = [getattr(sys, "_base_executable", sys.executable), "-s", "-S", "-m", f"models.bench_scoring.{part}"]
        path = os.pathsep.join([str(self.image), str(ROOT)])
        return self._child([*command, str(MODELS_DIR)], {**_AWS, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"})

    def worker(self) -> Child:
        """Start all that the worker's process holds."""
        return self.ours("worker")

    def classic(self, labels: Sequence[str] = OUR_LABELS) -> Child:
        """Start the classic pipelines."""
        command = [str(_MODELS_PYTHON), "-m", "models.bench_scoring.classic", str(self.checkpoints), *labels]
        return self._child(command, {})

    def peak(self) -> dict[str, Any]:
        """Measure the int8 peak, and count our graph's operations: see `peak.py`."""
        graph = MODELS_DIR / "artifacts" / "model.onnx"
        command = [str(_MODELS_PYTHON), "-m", "models.bench_scoring.peak", str(graph)]
        figures: dict[str, Any] = json.loads(_run(command, self._environment({})))
        return figures

    def write_checkpoints(self) -> None:
        """Build the classic models; takes a quarter of a minute."""
        command = [str(_MODELS_PYTHON), "-m", "models.bench_scoring.checkpoints", str(self.checkpoints)]
        _run(command, self._environment({}))

    def _child(self, command: Sequence[str], more: dict[str, str]) -> Child:
        return Child(command, cwd=ROOT, environment=self._environment(more))

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AWS_"))}
        environment = {**inherited, **_OFFLINE, **more}
        return kernels.masked(environment, self.mask) if self.mask else environment


def _run(command: Sequence[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildError(done.stderr[-2_000:])
    return done.stdout
