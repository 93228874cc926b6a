"""JSON that means harm: values that break parsers, and documents that were right before something was done to them."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

# Texts on which parsers, escapes, e-mail clients, terminals, stores and people have failed.
HOSTILE_TEXTS = [
    "", " ", "\x00", "a\x00b", "\ufeff", "\ud800", "\udfff\ud800", "\u202e\u2066txt.exe", "\u200e", "\ufffe\uffff",
    "é" * 5, "e" + "\u0301" * 60, "ﷺ" * 20, "İıſK", "\r\n.\r\n", "\u2028\u2029", "\x1b[31m", "%00", "%ff", "{{7*7}}",
    "${jndi:ldap://x}", "<!channel>", "@everyone", "=cmd|' /C calc'!A0", "' OR 1=1 --", "../../etc/passwd", ".", "..",
    "-1", "1e400", "NaN", "null", "true", "a" * 201, "a" * 1_001, "~" * 70, "\n", "0" * 30, "ticket:{x}", "}{", "*",
]  # fmt: skip
# Written as they are: no serialiser would.
RAW_VALUES = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" * 4_301, "-" + "9" * 16, "0.1e-400", '"\\ud800"',
    '"\\udc00\\ud800"', '"\\u0000"', "[" * 33 + "]" * 33, "[" * 2_000, '{"a":1,"a":2}', '{"a":{}, "a":[]}', "01", "+1",
    "'x'", "tru", '"\\x"', '"\t"', "/* x */1", "[1,]", '{"a"}', "\ufeff1", "-0", "-0.0", "1e-7", "9007199254740993",
]  # fmt: skip

texts = st.one_of(st.sampled_from(HOSTILE_TEXTS), st.text(max_size=30), st.characters())
numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**53, 2**63, 10**15, 10**16, 10**400, -(10**20)]),
    st.floats(allow_subnormal=False) | st.just(5e-324),  # where a model has run, processors know subnormals no more
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def harmed(draw: st.DrawFn, originals: list[Any]) -> Any:
    """Return a document with up to three of its parts replaced, removed, added or doubled."""
    document = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(document))
        if not places:
            return draw(values)
        parent, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "remove", "add", "wrap"])):
            case "replace":
                parent[key] = draw(values)
            case "remove":
                del parent[key]
            case "add" if isinstance(parent, dict):
                parent[draw(texts)] = draw(values)
            case "wrap":
                parent[key] = [parent[key]]
    return document


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Return every place of a document, as its parent and its key there."""
    found: list[tuple[Any, Any]] = []
    keys = document.keys() if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        found.append((document, key))
        found += _places(document[key])
    return found


@st.composite
def written(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> str:
    """Return a document as text: with a raw value in it, cut off, or with something around it."""
    text = json.dumps(draw(documents), ensure_ascii=draw(st.booleans()))
    match draw(st.sampled_from(["whole"] * 6 + ["raw", "raw value", "cut", "around"])):
        case "raw":
            at = draw(st.integers(0, len(text)))
            text = text[:at] + draw(st.sampled_from(RAW_VALUES)) + text[at:]
        case "raw value" if ":" in text:
            head, _, tail = text.partition(":")
            text = f"{head}:{draw(st.sampled_from(RAW_VALUES))}" + tail[max(0, tail.find(",")) :]
        case "cut":
            text = text[: draw(st.integers(0, len(text)))]
        case "around":
            text = draw(st.sampled_from(["\ufeff", " ", "\n\t", "\x00", "//x\n"])) + text + draw(texts)
    return text
