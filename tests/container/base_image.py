"""The base of the worker's image: AWS's own, or where it cannot be pulled a stand-in of the same contract.

The stand-in is Debian with Python 3.13, the runtime interface client and the emulator where AWS has them
(`standin/Dockerfile`). It is made once for each content of what goes into it, under a name that nobody takes for AWS's.
"""

from __future__ import annotations

import hashlib
import io
import platform
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

from tests.container.engine import Engine, install
from tests.container.shell import ROOT, CommandError, run

REAL = "public.ecr.aws/lambda/python:3.13"
STAND_IN = "ticket-router-stand-in-base"
_FOLDER = Path(__file__).parent / "standin"
_SUITE = "trixie"  # the Debian whose Python is 3.13
_INCLUDED = "ca-certificates,python3-pip,python3-venv"
_CA_BUNDLE = Path("etc/ssl/certs/ca-certificates.crt")
_RUNTIME = frozenset({"awslambdaric", "simplejson", "snapshot-restore-py"})
_NOT_NEEDED = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man")


def base_image(engine: Engine) -> str:
    """Return the name of an image that the engine holds: AWS's if it can be had, else the stand-in.

    Raises:
        CommandError: Neither can be had.
    """
    if engine.has_image(REAL):
        return REAL
    try:
        engine.docker("pull", "--quiet", REAL)
    except CommandError as error:
        print(f"{REAL} cannot be pulled, so a stand-in takes its place: {str(error).splitlines()[-1]}", flush=True)
        return _stand_in(engine)
    return REAL


def _stand_in(engine: Engine) -> str:
    parts = {
        "Dockerfile": (_FOLDER / "Dockerfile").read_bytes(),
        "bootstrap": (_FOLDER / "bootstrap").read_bytes(),
        "lambda-entrypoint.sh": (_FOLDER / "lambda-entrypoint.sh").read_bytes(),
        "requirements.txt": _runtime_lock().encode(),
        "aws-lambda-rie": _emulator().read_bytes(),
    }
    content = hashlib.sha256(repr((_SUITE, _INCLUDED, sorted(parts.items()))).encode()).hexdigest()[:12]
    name = f"{STAND_IN}:{content}"
    if not engine.has_image(name):
        print(f"Making {name}, once: two minutes ...", flush=True)
        rootfs = _root_filesystem(engine)
        engine.docker("build", "--build-arg", f"ROOTFS={rootfs}", "--tag", name, "-", stdin=_archive(parts))
    return name


def _root_filesystem(engine: Engine) -> str:
    name = f"ticket-router-stand-in-rootfs:{_SUITE}"
    if not engine.has_image(name):
        install("debootstrap", "debootstrap")
        with tempfile.TemporaryDirectory(prefix="ticket-router-rootfs-") as folder:
            root = Path(folder, "root")
            run(["debootstrap", "--variant=minbase", f"--include={_INCLUDED}", _SUITE, root], env=engine.env)
            if (host := Path("/") / _CA_BUNDLE).is_file():  # a company's proxy is known to this machine alone
                shutil.copyfile(host, root / _CA_BUNDLE)
            for path in _NOT_NEEDED:
                shutil.rmtree(root / path, ignore_errors=True)
            archive = Path(folder, "root.tar")
            run(["tar", "--create", "--file", archive, "--directory", root, "."], env=engine.env)
            engine.docker("import", archive, name)
    return name


def _runtime_lock() -> str:
    """Return the part of the lock that is the runtime interface client and what it needs, with its hashes."""
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements/dev.txt").read_text(encoding="utf-8"))
    return "\n".join(block for block in blocks if block.split("==")[0] in _RUNTIME) + "\n"


def _emulator() -> Path:
    """Return the runtime interface emulator that SAM CLI carries for this machine's architecture."""
    name = f"aws-lambda-rie-{ {'aarch64': 'arm64'}.get(platform.machine(), platform.machine()) }"
    (path,) = (ROOT / ".venv-sam").glob(f"lib/python3*/site-packages/samcli/local/rapid/{name}")
    return path


def _archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
