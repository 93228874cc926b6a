"""Numbers of cards and telephones, told from order numbers, dates and amounts."""

from __future__ import annotations

import re

_GAP = r"[ \u00a0\u202f.\-\u2010\u2011\u2013/()]"
# All that a number with separators can be: the longest run, so that none begins inside another.
_RUN = re.compile(rf"[0-9](?<!\w[0-9])(?:{_GAP}{{0,2}}[0-9]){{7,}}")

# Length and first digits by brand. Source: ISO/IEC 7812 and the brands' published ranges (Visa, Mastercard, American
# Express, Diners Club, JCB, Discover, Maestro, UnionPay).
_BRANDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6\d{15,18}"
    r"|5[0678]\d{14}"
)
_CARD_GROUPS = re.compile(
    rf"(?<![0-9])(?=((?:[0-9]{{4}}{_GAP}){{3}}[0-9]{{1,7}}|[0-9]{{4}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}|[0-9]{{13,19}})(?![0-9]))"
)
# Digits that people write, beside our own: Arabic, Persian, Devanagari, Bengali, full width. Source: Unicode, "Nd"
_LATIN_DIGITS = {zero + digit: str(digit) for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10) for digit in range(10)}
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}
# A text with more look-alikes than this was made to cost time: from then on the look alone is enough.
_MAX_CHECKS = 500

_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_ABROAD = re.compile(rf"00{_GAP}?[1-9]")
# Among other numbers; the last group joined by a dash or a dot shows where it ends.
_NORTH_AMERICAN_INSIDE = re.compile(r"(?<![0-9])\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[.-]\d{4}(?![0-9])")
_NORTH_AMERICAN = re.compile(rf"(?:1{_GAP}{{1,2}})?[2-9]\d{{2}}{_GAP}{{1,2}}[2-9]\d{{2}}{_GAP}\d{{4}}")
_TRUNK = re.compile(rf"0[1-9]\d{{0,4}}{_GAP}{{1,2}}\d")

# What people put before a telephone number. Fewer digits are enough then, and no separators.
_CALLS = ("phone", "fon", "tel", "tél", "fax", "mob", "móv", "cell", "handy", "whatsapp", "sms", "call", "dial", "ring",
          "reach", "text", "portable", "ruf", "hotline")  # fmt: skip
_CALLED = re.compile(
    r"(?:(?:tele)?(?:phone|fon)|t[eé]l(?:[eé]phone|[eé]fono)?|fax|mobile?|m[oó]vil|cell|handy|whatsapp|sms|call|dial"
    r"|ring|reach|text|portable|rückruf|hotline)"
    r"(?: (?:me|us|him|her|them|back|number|no|nr|is|at|on|under|unter|au|ist)){0,4}"
    rf"[ .:#=-]{{0,3}}([+(]{{0,2}}[0-9](?:{_GAP}{{0,2}}[0-9]){{5,14}})(?![0-9\w])"
)
# What they put before a number that is none.
_NAMES_ID = re.compile(
    r"order|invoice|ticket|case|ref(?:erence)?|rma|sku|po|error|code|build|version|serial|account|customer|contract"
    r"|tracking|batch|item|part|user|number|no|nr|id|bestell(?:ung|nummer)|rechnung(?:snummer)?|auftrag|kunde(?:nnummer)?"
    r"|vertrag|artikel|port|line|row|isbn|vat"
)
_LAST_WORD_BACKWARDS = re.compile(r"[ .:#=-]{0,3}([^\W\d_]+)")
_LAST_WORD_CHARS = 24


_NO_DIGIT = re.compile(r"[^0-9]")


def without_numbers(text: str) -> str:
    """Return the text without card and telephone numbers."""
    text = _without_called(text)
    latin = text if text.isascii() else text.translate(_LATIN_DIGITS)
    kept, position, checks = [], 0, 0
    for run in _RUN.finditer(latin):
        start, number = run.start(), run[0]
        has_plus = latin[start - 1 : start] == "+" or latin[start - 2 : start] == "+("
        if len(number) < 13 and not has_plus and number.isdigit():
            continue  # an id, as far as anyone can tell
        checks += 1
        before = latin[max(0, start - _LAST_WORD_CHARS) : start]
        shown, spent = _shown(number, before, has_plus, checks)
        checks += spent
        if shown != number:
            kept += [text[position:start].rstrip("+(") if has_plus else text[position:start], shown]
            position = run.end()
    return "".join([*kept, text[position:]]) if kept else text


def _shown(number: str, before: str, has_plus: bool, checks: int) -> tuple[str, int]:
    """Return what may be shown of a number, and how many cards it was searched for."""
    digits = _NO_DIGIT.sub("", number)
    if len(digits) > 19:
        return _without_inner(number, checks)
    if len(digits) >= 13 and not has_plus and (checks > _MAX_CHECKS or _is_card(digits)):
        return "[card]", 0
    if not _is_phone(number, digits, has_plus):
        return number, 0
    is_id = not has_plus and checks <= _MAX_CHECKS and _is_named_id(before)
    return (number if is_id else "[phone]"), 0


def _without_called(text: str) -> str:
    """Return the text without numbers that a word before them says are to be called."""
    lower = text.lower()
    if not any(word in lower for word in _CALLS):
        return text
    if len(lower) != len(text):  # a few letters become two; then positions would not be those of `text`
        lower = "".join(char.lower() if char.isascii() else char for char in text)
    kept, position = [], 0
    for called in _CALLED.finditer(lower):
        if not lower[called.start() - 1 : called.start()].isalpha() and not _DATE.match(called[1]):
            kept += [text[position : called.start(1)], "[phone]"]
            position = called.end(1)
    return "".join([*kept, text[position:]]) if kept else text


def _without_inner(run: str, checks: int) -> tuple[str, int]:
    """Look for cards and telephones among other numbers; also return how many look-alikes of cards there were."""
    kept, position, start, spent = [], 0, 0, 0
    while found := _CARD_GROUPS.search(run, start):
        start = found.start() + 1
        digits = _NO_DIGIT.sub("", found[1])
        if not _BRANDS.fullmatch(digits):
            continue
        spent += 1
        if checks + spent > _MAX_CHECKS or _has_luhn(digits):
            kept += [run[position : found.start()], "[card]"]
            position = start = found.end(1)
    return _NORTH_AMERICAN_INSIDE.sub("[phone]", "".join([*kept, run[position:]])), spent


def _is_card(digits: str) -> bool:
    return _BRANDS.fullmatch(digits) is not None and _has_luhn(digits)


def _has_luhn(digits: str) -> bool:
    """Check the last digit. Source: ISO/IEC 7812-1, annex B (Luhn)."""
    return (sum(map(int, digits[-1::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def _is_phone(run: str, digits: str, has_plus: bool) -> bool:
    """Tell by how it is written."""
    if has_plus:
        return len(digits) <= 15
    if not 9 <= len(digits) <= 15 or len(digits) == len(run) or _DATE.match(run):
        return False
    return bool(_NORTH_AMERICAN.fullmatch(run) or _TRUNK.match(run) or _ABROAD.match(run))


def _is_named_id(before: str) -> bool:
    """Tell by what stands before a number that it is an order number or the like."""
    if before.endswith(("#", "/", "_", "$", "€", "£")) or (before.endswith("-") and before[-2:-1].isalpha()):
        return True
    word = _LAST_WORD_BACKWARDS.match(before[::-1])
    return word is not None and _NAMES_ID.fullmatch(word[1][::-1].lower()) is not None
