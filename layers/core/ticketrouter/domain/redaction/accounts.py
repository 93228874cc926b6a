"""Bank accounts: an IBAN has the length of its country and a checksum, so no order number is taken for one."""

from __future__ import annotations

import re

from ticketrouter.domain.redaction.limits import MAX_CHECKS

# Source: SWIFT, "IBAN Registry" (the length of each country's IBAN), and ISO 13616 for the checksum.
_CHARS = {
    country: chars
    for chars, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_SEPARATOR = r"[ \u00a0\u202f.-]"
# Looked for by the checksum, as digits are rarer than letters: the two behind the country, and behind them the account.
# In small letters country and checksum are in one piece: "in 2026" is a date.
_LOOKS_LIKE = re.compile(
    rf"[0-9]{{2}}(?:(?<=[A-Za-z]{{2}}[0-9]{{2}})(?<![A-Za-z0-9][A-Za-z]{{2}}[0-9]{{2}})"
    rf"|(?<=[A-Z]{{2}}{_SEPARATOR}[0-9]{{2}}))(?:{_SEPARATOR}?[A-Za-z0-9]){{11,29}}"
)
_WHOLE = {
    country: re.compile(rf"(?:{_SEPARATOR}?[A-Za-z0-9]){{{chars}}}(?![A-Za-z0-9])") for country, chars in _CHARS.items()
}
_NO_SEPARATORS = str.maketrans("", "", " \u00a0\u202f.-")
_DIGITS = {ord(letter): str(number) for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=10)}


def without_ibans(text: str) -> str:
    """Return the text without IBANs, in one piece or in groups."""
    kept: list[str] = []
    position = place = 0
    for _ in range(MAX_CHECKS):
        found = _LOOKS_LIKE.search(text, place)
        if found is None:
            return "".join([*kept, text[position:]]) if kept else text
        start = found.start() - (2 if text[found.start() - 1].isalpha() else 3)
        end = _end_of_iban(text, start)
        if end is None:
            place = found.start() + 2  # a true one may begin right behind
        else:
            kept += [text[position:start], "[iban]"]
            position = place = end
    return "".join([*kept, _LOOKS_LIKE.sub("[iban]", text[position:])])


def _end_of_iban(text: str, start: int) -> int | None:
    """Return where the IBAN at `start` ends, None if there is none."""
    whole = _WHOLE.get(text[start : start + 2].upper())
    found = whole.match(text, start) if whole else None
    return found.end() if found and _has_checksum(found[0].translate(_NO_SEPARATORS).upper()) else None


def _has_checksum(iban: str) -> bool:
    return int((iban[4:] + iban[:4]).translate(_DIGITS)) % 97 == 1
