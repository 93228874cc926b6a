"""Numbers of cards and telephones, told from order numbers, dates and amounts."""

from __future__ import annotations

import re

from ticketrouter.domain.redaction.limits import MAX_CHECKS

# What people write between digits, and the digits themselves, in ASCII, one character for one: no-break, narrow and
# thin spaces, hyphens and dashes; Arabic, Persian, Devanagari, Bengali and full-width digits. Source: Unicode, "Nd"
_ASCII = {
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10) for digit in range(10)},
}
_GAP = r"[ ./()_-]"
# All that a number with separators can be: the longest run, so that none begins inside another.
_RUN = re.compile(rf"[0-9](?:{_GAP}{{0,2}}[0-9]){{5,}}")
_MAX_RUN_CHARS = 400  # what is longer is no list of numbers that a person wrote

# Length and first digits by brand. Source: ISO/IEC 7812 and the brands' published ranges (Visa, Mastercard, American
# Express, Diners Club, JCB, Discover, Maestro, UnionPay).
_BRANDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6\d{15,18}"
    r"|5[0678]\d{14}"
)
_CARD_GROUPS = re.compile(
    rf"(?<![0-9])(?=((?:[0-9]{{4}}{_GAP}){{3}}[0-9]{{1,7}}|[0-9]{{4}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}|[0-9]{{13,19}})(?![0-9]))"
)
_LOOKS_LIKE = re.compile(rf"[0-9](?:{_GAP}{{0,2}}[0-9]){{8,18}}")  # a card, or a telephone number
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}
_CHECK_CODE = re.compile(r"((?<![a-z])cv[cv]2?[ :.=#-]{0,3})[0-9]{3,4}(?![0-9])", re.I)

_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_ABROAD = re.compile(rf"00{_GAP}?[1-9]")
# Among other numbers; the last group joined by a dash or a dot shows where it ends.
_NORTH_AMERICAN_INSIDE = re.compile(r"(?<![0-9])\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[.-]\d{4}(?![0-9])")
_NORTH_AMERICAN = re.compile(rf"(?:1{_GAP}{{1,2}})?[2-9]\d{{2}}{_GAP}{{1,2}}[2-9]\d{{2}}{_GAP}\d{{4}}")
_TRUNK = re.compile(rf"0[1-9]\d{{0,4}}{_GAP}{{1,2}}\d")
# In one piece: a number of a country with its 0, or one from abroad. Others may be ids, times, amounts.
_IN_ONE_PIECE = re.compile(r"0[1-9]\d{8,10}|00[1-9]\d{9,12}")

# What people put before a telephone number. Fewer digits are enough then, and no separators.
_CALLED = re.compile(
    r"(?<![^\W\d_])(?:(?:tele)?(?:phone|fon)|t[eé]l(?:[eé]phone|[eé]fono)?|fax|mobile?|m[oó]vil|cell|handy|whatsapp|sms"
    r"|call|dial|ring|reach|text|portable|rückruf|hotline)(?:nummer)?"
    r"(?: (?:me|us|him|her|them|back|number|no|nr|is|at|on|under|unter|au|ist)){0,4}[ .:#=-]{0,3}$"
)
_TO_CALL = re.compile(rf"[0-9](?:{_GAP}{{0,2}}[0-9]){{5,14}}(?![0-9\w])")
_MIN_DIGITS = 8  # of what is not said to be called
# What they put before a number that is none, as the last word or before "number".
_NAMES_ID = re.compile(
    r"order|invoice|ticket|case|ref(?:erence)?|rma|sku|po|error|code|build|version|serial|account|contract|tracking"
    r"|batch|item|part|id|bestell(?:ung|nummer)|rechnung(?:snummer)?|auftrag|kundennummer|vertrag|artikel|port|line|row"
    r"|isbn|vat"
)
_NAMES_WITH_NUMBER = re.compile(rf"{_NAMES_ID.pattern}|customer|user|kunden?|client|member")
_NUMBER = frozenset({"number", "no", "nr", "nummer"})
_WORD_BACKWARDS = re.compile(r"[ .:#=-]{0,3}([^\W\d_]+)")
_BEFORE_CHARS = 40  # two words
_NO_DIGIT = re.compile(r"[^0-9]")


def without_numbers(text: str) -> str:
    """Return the text without card and telephone numbers."""
    if "cv" in text or "CV" in text:
        text = _CHECK_CODE.sub(r"\1[card]", text)
    latin = _in_ascii(text)
    kept: list[str] = []
    position = place = checks = 0
    while run := _RUN.search(latin, place):
        if checks >= MAX_CHECKS:
            return "".join([*kept, _LOOKS_LIKE.sub("[phone]", latin[position:])])
        number, shown, spent = _read(run)
        place = run.start() + len(number)
        checks += 1 + spent
        if shown != number:
            kept += [text[position : _beginning(run, position)], shown]
            position = place
    return "".join([*kept, text[position:]]) if kept else text


def _in_ascii(text: str) -> str:
    """Return the text with digits and separators of ASCII; as long as it was."""
    if not text.isascii():
        for char, plain in _ASCII.items():
            text = text.replace(char, plain)
    return text


def _beginning(run: re.Match[str], least: int) -> int:
    """Return where a number begins, with its plus and a parenthesis that ends inside it."""
    start, latin = run.start(), run.string
    if latin[start - 1 : start] == "(" and (")" in run[0] or latin[start - 2 : start] == "+("):
        start -= 1
    if latin[start - 1 : start] == "+":
        start -= 1
    return max(start, least)


def _read(run: re.Match[str]) -> tuple[str, str, int]:
    """Return what of a run is one number, what may be shown of it, and how many cards it was searched for."""
    start, latin = run.start(), run.string
    before = latin[max(0, start - _BEFORE_CHARS) : start]
    if before.rstrip(" .:#=-+(")[-1:].isalpha() and _CALLED.search(before.lower().rstrip("+(")):
        to_call = _TO_CALL.match(latin, start)
        if to_call and not _DATE.match(run[0]):
            return to_call[0], "[phone]", 0
    has_plus = before.endswith(("+", "+("))
    return (run[0], *_shown(run[0], before, has_plus))


def _shown(number: str, before: str, has_plus: bool) -> tuple[str, int]:
    digits = _NO_DIGIT.sub("", number)
    if len(digits) < _MIN_DIGITS:
        return number, 0
    if len(digits) > 19:
        return _without_inner(number)
    if len(digits) >= 13 and not has_plus and _is_card(digits):
        return "[card]", 0
    if before[-1:].isalpha() or not _is_phone(number, digits, has_plus):  # right behind a letter stands at most a card
        return number, 0
    return (number if not has_plus and _is_named_id(before) else "[phone]"), 0


def _without_inner(run: str) -> tuple[str, int]:
    """Look for cards and telephones among other numbers; also return how many look-alikes of cards there were."""
    if len(run) > _MAX_RUN_CHARS:
        return _LOOKS_LIKE.sub("[card]", run), 0
    kept: list[str] = []
    position = start = spent = 0
    while found := _CARD_GROUPS.search(run, start):
        start = found.start() + 1
        digits = _NO_DIGIT.sub("", found[1])
        if not _BRANDS.fullmatch(digits):
            continue
        spent += 1
        if _has_luhn(digits):
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
    if len(digits) == len(run):
        return _IN_ONE_PIECE.fullmatch(run) is not None
    if not 9 <= len(digits) <= 15 or _DATE.match(run):
        return False
    return bool(_NORTH_AMERICAN.fullmatch(run) or _TRUNK.match(run) or _ABROAD.match(run))


def _is_named_id(before: str) -> bool:
    """Tell by what stands before a number that it is an order number or the like."""
    if before.endswith(("#", "/", "_", "$", "€", "£")) or (before.endswith("-") and before[-2:-1].isalpha()):
        return True
    backwards = before[::-1].lower()
    last = _WORD_BACKWARDS.match(backwards)
    if last is None:
        return False
    if last[1][::-1] not in _NUMBER:
        return _NAMES_ID.fullmatch(last[1][::-1]) is not None
    earlier = _WORD_BACKWARDS.match(backwards, last.end())
    return earlier is not None and _NAMES_WITH_NUMBER.fullmatch(earlier[1][::-1]) is not None
