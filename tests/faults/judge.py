"""Judge the journal of an earlier run once more: `python -m tests.faults.judge FILE`.

Processes that run side by side interleave anew in every run; a journal of one that broke stays as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.faults.harness.invariants import broken_in
from tests.faults.harness.journal import read


def main(path: str) -> None:
    broken = broken_in(read(Path(path)))
    print("\n".join(broken) or "everything held")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main(*sys.argv[1:])
