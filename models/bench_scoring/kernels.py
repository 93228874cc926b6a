"""Hide instructions of the CPU from a process, so that its libraries fall back to older kernels.

A cloud host may have AVX2 and nothing newer; figures of one with AVX512 or AMX say little about it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

NATIVE = "native"
AVX2 = "AVX2 only"
SOURCE = Path(__file__).parent / "nocpuid.c"
_NEWER_THAN_AVX2 = {"avx512f", "avx_vnni", "amx_tile"}


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str]:
    """Return the instruction sets of this machine's CPU.

    Source: proc(5), cpuinfo.
    """
    lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    return next((set(line.split(":")[1].split()) for line in lines if line.startswith("flags")), set())


def newer_than_avx2(flags: set[str]) -> list[str]:
    """Return which of the CPU's instruction sets `AVX2 only` would hide."""
    return sorted(flags & _NEWER_THAN_AVX2)


def build_mask(folder: Path) -> Path | None:
    """Compile the library that hides them; None where compiler, kernel or CPU cannot do it."""
    library = folder / "nocpuid.so"
    command = ["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    try:
        subprocess.run(command, check=True, capture_output=True)
        probe = subprocess.run(["/bin/true"], env=masked({}, library), capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return None if probe.stderr else library


def masked(environment: Mapping[str, str], library: Path) -> dict[str, str]:
    """Return an environment whose processes see a CPU with AVX2 and nothing newer."""
    return {**environment, "LD_PRELOAD": os.fspath(library)}
