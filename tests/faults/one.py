"""Run one suite in this process, and leave its result in a file: `python -m tests.faults` starts it."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.suites import SUITES


def main(name: str, seed: str, scale: str, out: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore it
    suite = next(suite for suite in SUITES if suite.name == name)
    try:
        result = suite.run(int(seed), float(scale))
    except KeyboardInterrupt:
        sys.exit(130)  # all that it had started is stopped
    Path(out).write_text(json.dumps(asdict(result)))


if __name__ == "__main__":
    main(*sys.argv[1:])
