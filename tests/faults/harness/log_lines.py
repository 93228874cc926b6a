"""What functions wrote, line by line, held against docs/logs.md."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests import log_schema

# Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
_METRICS = "_aws"


def faults_of(text: str, word: str) -> Iterator[str]:
    """Yield what is wrong with the lines that one function wrote.

    Args:
        text: All of it, as it went to standard output.
        word: The function's.
    """
    if text and not text.endswith("\n"):
        yield f"{word}: the last line has no end"
    for line in text.split("\n")[:-1]:
        try:
            document = json.loads(line)
        except ValueError:
            yield f"{word}: a line that is no JSON: {line[:200]!r}"
            continue
        if not isinstance(document, dict):
            yield f"{word}: a line that is no object: {line[:200]!r}"
        elif any(
            ord(letter) < 32 or letter in "\u2028\u2029\u0085" or "\ud800" <= letter <= "\udfff" for letter in line
        ):
            yield f"{word}: a line with a control character: {line[:200]!r}"
        elif _METRICS not in document and (unknown := document.keys() - log_schema.fields_of(word)):
            yield f"{word}: {document.get('message')!r} has fields that docs/logs.md does not name: {sorted(unknown)}"
