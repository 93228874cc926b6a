"""E-mail addresses, and the user's part of a URL."""

from __future__ import annotations

import re

# user:password@ in a URL; what follows the @ there is a host and no address of a person.
_USER_INFO = re.compile(r"(?<=://)[^\s/?#@<>\"']+@")
# Not by RFC 5322, which allows nearly everything, but as people write them: names with a dot between them, the last one
# beginning with a letter ("lodash@4.17.21" is a version). Looked for by the @, as it is rare.
_DOMAIN = re.compile(r"@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{0,61}\w")
_LOCAL_PART_BACKWARDS = re.compile(r"[^\s<>()\[\]{},;:\"'=|/@]+")
_MAX_LOCAL_CHARS = 64  # Source: RFC 5321, section 4.5.3.1.1


def without_addresses(text: str) -> str:
    """Return the text without e-mail addresses and without credentials in URLs."""
    if "@" not in text:
        return text
    text = _USER_INFO.sub("[secret]@", text)
    kept, position = [], 0
    for domain in _DOMAIN.finditer(text):
        before = text[max(position, domain.start() - _MAX_LOCAL_CHARS) : domain.start()]
        if local := _LOCAL_PART_BACKWARDS.match(before[::-1]):
            kept += [text[position : domain.start() - local.end()], "[email]"]
            position = domain.end()
    return "".join([*kept, text[position:]]) if kept else text
