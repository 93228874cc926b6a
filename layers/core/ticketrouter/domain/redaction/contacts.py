"""E-mail addresses, and the user's part of a URL."""

from __future__ import annotations

import re

from ticketrouter.domain.redaction.limits import MAX_CHECKS

# user:password@ in a URL; what follows the @ there is a host and no address of a person.
_USER_INFO = re.compile(r"://[^\s/?#@<>\"']+@")
# Not by RFC 5322, which allows nearly everything, but as people write them: names with a dot between them, the last one
# beginning with a letter ("lodash@4.17.21" is a version). Looked for by the @, as it is rare.
_DOMAIN = re.compile(r"@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{0,61}\w")
# As keyboards of full width, the encoding of URLs, and people who hide from machines write it.
_SIGNS = ("\uff20", "\ufe6b", "%40", "at)", "at]", "AT)", "AT]")
_DOT = r"(?:\.| ?[\[(]dot[\])] ?)"
_OTHER_DOMAIN = re.compile(
    rf"(?:\uff20|\ufe6b|%40| ?[\[(]at[\])] ?)(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_][\w-]{{0,61}}\w", re.I
)
_LOCAL_PART_BACKWARDS = re.compile(r"\"[^\"\n]{1,64}\"|[^\s<>()\[\]{},;:\"'=|/@]+")
_MAX_LOCAL_CHARS = 66  # the two quotes included. Source: RFC 5321, section 4.5.3.1.1
_LOOKS_LIKE = re.compile(r"(?<!\S)[^\s@\uff20\ufe6b%]*+[@\uff20\ufe6b%]\S*+")


def without_addresses(text: str) -> str:
    """Return the text without e-mail addresses and without credentials in URLs."""
    if "@" in text:
        text = _without(_DOMAIN, _USER_INFO.sub("://[secret]@", text))
    return _without(_OTHER_DOMAIN, text) if any(sign in text for sign in _SIGNS) else text


def _without(domains: re.Pattern[str], text: str) -> str:
    kept: list[str] = []
    position = 0
    for checks, domain in enumerate(domains.finditer(text)):
        if checks >= MAX_CHECKS:
            return "".join([*kept, _LOOKS_LIKE.sub("[email]", text[position:])])
        before = text[max(position, domain.start() - _MAX_LOCAL_CHARS) : domain.start()]
        if local := _LOCAL_PART_BACKWARDS.match(before[::-1]):
            kept += [text[position : domain.start() - local.end()], "[email]"]
            position = domain.end()
    return "".join([*kept, text[position:]]) if kept else text
