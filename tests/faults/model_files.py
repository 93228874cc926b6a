"""The bundle is damaged in every way, and the models misbehave: what do tickets get, and does anybody say so?

A worker starts with whatever lies in its image, so nothing of a bundle may stop it: each start that fails costs every
message that waits one of its receives. What is no bundle of ours is answered by the word list, loudly.
"""

from __future__ import annotations

import copy
import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.harness.quiet import quiet
from tests.faults.harness.sick_models import SICKNESSES, go_through
from tests.faults.suite import Result
from ticketrouter import bootstrap
from ticketrouter.adapters.onnx_scorer import read_evaluation
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.score import Score
from ticketrouter.telemetry import logger

MODELS = Path(__file__).parents[2] / "models"
FLIPS, MANIFESTS, MANIFEST_FLIPS = 20, 80, 40  # at full size: for each file; changes of the manifest; flips in it
TEXTS = ("Nobody can pay: the checkout is down for every customer", "Where do I find my invoice?",
         "Your lawyers have until noon to answer the court")  # fmt: skip
STRANGE: tuple[Any, ...] = (None, True, -1, 1e300, "", "x", [], {}, [[]], {"x": []})


@dataclass(frozen=True)
class Loaded:
    """What became of a bundle.

    Attributes:
        scores: Of the texts.
        errors: Lines of level ERROR that were logged meanwhile.
    """

    scores: list[Score | None]
    errors: list[str]

    @property
    def degraded(self) -> bool:
        return all(score is not None and score.degraded for score in self.scores)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """Collect lines of level ERROR."""
    handler = _Errors()
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)


def load(folder: Path) -> Loaded:
    """Start with a bundle as worker and score do, and score with it."""
    with errors_logged() as errors:
        scorer, manifest = bootstrap._scorer(str(folder))
        float(manifest.get("duplicate_similarity", 1.0))  # the worker's
        int(manifest.get("max_tokens", 128))  # score's
        if manifest:
            read_evaluation(folder, manifest["version"])
        return Loaded(scorer.score(TEXTS), list(errors))


def run(seed: int, scale: float) -> Result:
    """Damage the bundle, then the models."""
    chance = Random(seed)
    figures: dict[str, Any] = {}
    broken: list[str] = []
    with quiet(), TemporaryDirectory() as name:
        folder = bundle_in(Path(name))
        healthy = load(folder)
        for kind, cases in (
            ("files", damaged_files(folder, chance, max(1, round(FLIPS * scale)))),
            ("manifests", strange_manifests(folder, chance, max(8, round(MANIFESTS * scale)))),
            ("manifest_flips", flipped_manifests(folder, chance, max(3, round(MANIFEST_FLIPS * scale)))),
        ):
            figures[kind] = try_all(cases, folder, healthy, broken, seed)
        figures["own_categories"] = broken_categories(folder, broken)
    for sickness in SICKNESSES:
        with quiet():
            found = go_through(sickness)
        figures[sickness.name] = found.figures
        broken += [f"{sickness.name}, seed {seed}: {what}" for what in found.broken]
    counted: Counter[str] = sum(
        (Counter(figures[kind]) for kind in ("files", "manifests", "manifest_flips")), Counter()
    )
    return Result({"damages": counted.total() - counted["changed"], "crashed": counted["crashed"],
                   "silent": counted["silent"], "sicknesses": len(SICKNESSES), **figures}, broken)  # fmt: skip


def bundle_in(folder: Path) -> Path:
    """Copy the committed bundle."""
    shutil.copytree(MODELS / "artifacts", folder / "artifacts")
    for name in ("manifest.json", "evaluation.json"):
        shutil.copy(MODELS / name, folder)
    return folder


Case = tuple[str, Callable[[], None]]  # what is done to the bundle


def try_all(cases: Sequence[Case], folder: Path, healthy: Loaded, broken: list[str], seed: int) -> dict[str, int]:
    """Do each to the bundle, start with it, and put the bundle right again; count what came of it."""
    verdicts: Counter[str] = Counter(crashed=0, silent=0)
    originals = {path: path.read_bytes() for path in (folder / "manifest.json", *(folder / "artifacts").iterdir())}
    for what, damage in cases:
        damage()
        try:
            loaded = load(folder)
        except Exception as error:
            verdict = "crashed"
            broken.append(f"{what}, seed {seed}: the start fails with {type(error).__name__}: {error}")
        else:
            verdict = judge(loaded, healthy)
            if verdict == "silent":
                broken.append(f"{what}, seed {seed}: scored without the model, and no line says so")
        verdicts[verdict] += 1
        for path, content in originals.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
    return dict(verdicts)


def judge(loaded: Loaded, healthy: Loaded) -> str:
    """Say what tickets get: the same as before, something else, or the word list (and nobody hears of it)."""
    if loaded.degraded:
        return "degraded" if loaded.errors else "silent"
    return "as_before" if loaded.scores == healthy.scores else "changed"


def damaged_files(folder: Path, chance: Random, flips: int) -> list[Case]:
    """Return damages of each file: bits flipped, cut off, empty, missing, another file in its place."""
    cases: list[Case] = []
    paths = sorted((folder / "artifacts").iterdir())
    for path in paths:
        size = path.stat().st_size
        for _ in range(flips):
            bit = chance.randrange(size * 8)
            cases.append((f"{path.name}, bit {bit} flipped", lambda path=path, bit=bit: flip(path, bit)))
        length = chance.randrange(1, size)
        other = paths[0] if path is not paths[0] else paths[1]
        cases += [
            (f"{path.name} cut off at {length}", lambda path=path, length=length: cut(path, length)),
            (f"{path.name} empty", lambda path=path: path.write_bytes(b"")),
            (f"{path.name} missing", lambda path=path: path.unlink()),
            (f"{path.name} is {other.name}", lambda path=path, other=other: path.write_bytes(other.read_bytes())),
        ]
    return cases


def strange_manifests(folder: Path, chance: Random, count: int) -> list[Case]:
    """Return manifests that somebody may have written: parts missing, of another kind, of another version."""
    path = folder / "manifest.json"
    original = json.loads(path.read_bytes())
    places = list(_places(original))
    labels = original["labels"]["category"]
    chosen: list[tuple[str, Any]] = [
        ("no manifest", None),
        ("an empty manifest", {}),
        ("a list for a manifest", [original]),
        ("labels in another order", original | {"labels": original["labels"] | {"category": labels[::-1]}}),
        ("a label too few", original | {"labels": original["labels"] | {"category": labels[:-1]}}),
        ("a label too many", original | {"labels": original["labels"] | {"category": ["Other", *labels]}}),
        ("levels too few", original | {"labels": original["labels"] | {"urgency_levels": [0.0, 1.0]}}),
        ("another reader", original | {"reader": "of-tomorrow"}),
    ]
    while len(chosen) < count:
        place, value = chance.choice(places), chance.choice((*STRANGE, "gone"))
        chosen.append((f"{'/'.join(map(str, place))} is {value!r}", _with(original, place, value)))
    return [
        (f"manifest: {what}", lambda document=document: _write(path, document)) for what, document in chosen[:count]
    ]


def flipped_manifests(folder: Path, chance: Random, count: int) -> list[Case]:
    """Return single bits flipped in the manifest, which no hash protects."""
    path = folder / "manifest.json"
    bits = [chance.randrange(path.stat().st_size * 8) for _ in range(count)]
    return [(f"manifest, bit {bit} flipped", lambda bit=bit: flip(path, bit)) for bit in bits]


def broken_categories(folder: Path, broken: list[str]) -> dict[str, Any]:
    """Start with own categories that are against the rules: it must say which file, and what is wrong with it."""
    path = folder / "categories.toml"
    said = []
    for content in ("[[category]]\n", "not toml", 'category = "x"\n', ""):
        path.write_text(content)
        try:
            load(folder)
            broken.append(f"own categories {content!r} are taken")
        except MissingSettingError as error:
            said.append(str(error))
    path.unlink()
    unclear = [line for line in said if str(path) not in line]
    broken += [f"own categories: the file is not named in {line!r}" for line in unclear]
    return {"refused_by_name": len(said) - len(unclear)}


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


def _write(path: Path, document: Any) -> None:
    if document is None:
        path.unlink()
    else:
        path.write_text(json.dumps(document))


def _places(document: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the place of each value that scoring may read, two levels deep."""
    for key, value in document.items():
        if key not in ("eval", "training"):
            yield (*place, key)
            if isinstance(value, dict) and not place:
                yield from _places(value, (key,))


def _with(document: dict[str, Any], place: Sequence[Any], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    *way, last = place
    parent = changed
    for key in way:
        parent = parent[key]
    if value == "gone":
        del parent[last]
    else:
        parent[last] = value
    return changed
