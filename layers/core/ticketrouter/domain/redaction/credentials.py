"""Passwords, keys and tokens: by the name before them, by the prefix that their maker gives them, or by their looks."""

from __future__ import annotations

import re

from ticketrouter.domain.redaction.limits import MAX_CHECKS

_KEY_BEGIN, _KEY_END = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"), "-----END"
# Addresses that are passwords: who has one can post. Source: Slack, Discord and Microsoft, "Incoming webhooks"
_WEBHOOK = re.compile(
    r"((?:hooks\.slack|discord(?:app)?|webhook\.office|logic\.azure)\.com(?::443)?"
    r"/(?:services|workflows|triggers|api/webhooks|webhookb2)/)[^\s<>\"']+"
)

# `password=x`, `API key: x`, `my password is x`, `password "x1"`; looked for in lower case.
_NAMES = ("pass", "pw", "pin", "secret", "token", "key", "wort", "contrase", "mdp", "otp")
_NAMED = re.compile(
    r"(pass(?:word|wort|wd|phrase|code|e)?|pwd?|pin|secret(?:[ _-]?key)?|token|api[ _-]?key|access[ _-]?key|kennwort"
    r"|contraseña|mdp|otp)\"? {0,2}([:=]|(?:is|lautet|ist|est|es|-) |(?<= )|(?=[\"']))[ \"']{0,3}([^\s\"',;<>]{4,})"
)
_LOOKS_NAMED = re.compile(_NAMED.pattern, re.I)
_PASSWORDS = frozenset({"password", "passwort", "passwd", "pwd", "pw", "kennwort", "contraseña", "mdp"})
_MIN_UNLINKED_CHARS = 6  # of what follows such a name without "is" or a colon

# Whatever is long and in one piece. Runs are disjoint, so that each is read once.
_RUN = re.compile(r"[A-Za-z0-9_.+/=-]{12,}")
# Source: the documentation of each maker, who stands behind it.
_PREFIXED = re.compile(
    r"(?<![^=/])(?:(?:AKIA|ASIA)[A-Z0-9]{12,}"  # AWS access key id
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}"  # Stripe
    r"|sk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic
    r"|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}"  # GitHub
    r"|glpat-[A-Za-z0-9_-]{16,}"  # GitLab
    r"|xox[a-z]-[A-Za-z0-9-]{8,}"  # Slack
    r"|AIza[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{16,}"  # Google
    r"|SG\.[A-Za-z0-9_-]{16,}"  # SendGrid
    r"|shp(?:at|ca|pa|ss)_[A-Za-z0-9]{16,}"  # Shopify
    r"|(?:npm|hf|dop_v1)_[A-Za-z0-9]{20,}"  # npm, Hugging Face, DigitalOcean
    r"|whsec_[A-Za-z0-9+/=]{8,}"  # Standard Webhooks
    r"|tr_[A-Za-z0-9.-]{1,64}_[A-Za-z0-9_-]{16,}"  # our own API keys
    r"|eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+)"  # JSON Web Token (RFC 7519)
)
_AUTHORIZES = ("bearer ", "authorization: ", "basic ", "token ")
_CHUNKS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SEPARATORS = re.compile(r"[_+/-]+")
_PARTS = re.compile(r"([.=]+)")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
_LETTER_AND_DIGIT = re.compile(r"[^A-Za-z0-9]*+(?:[A-Za-z][^0-9]*+[0-9]|[0-9][^A-Za-z]*+[A-Za-z])")
# Long, random and not secret: UUIDs, trace ids of X-Ray, and the ids of our tickets, incidents, digests and messages.
_KNOWN_ID = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|1-[0-9a-f]{8}-[0-9a-f]{24}|(?:t|inc|dig)_[a-z2-7]{26}"
    r"|(?:msg|t)_[0-9a-f]{32}"
)
_RANDOM_CHARS = 20
_AWS_SECRET_CHARS = 40
_CHARS_PER_CHUNK = 3.6  # words and counters have longer ones; random letters and digits about 2, base32 about 3


def without_credentials(text: str) -> str:
    """Return the text without what opens something."""
    if "-----BEGIN" in text:
        text = _without_private_keys(text)
    if ".com" in text:
        text = _WEBHOOK.sub(r"\1[secret]", text)
    return _without_tokens(_without_named(text))


def looks_random(run: str) -> bool:
    """Tell whether a long run of letters and digits is more likely a key than words, numbers, a path or an id."""
    if len(run) < _RANDOM_CHARS or not _LETTER_AND_DIGIT.match(run) or _KNOWN_ID.fullmatch(run):
        return False
    chunks, pieces = _CHUNKS.findall(run), len(_SEPARATORS.findall(run)) + 1
    chars = sum(map(len, chunks))
    if len(run) == _AWS_SECRET_CHARS:  # it has / and + in it by chance, all others to separate words
        pieces = 1
    return chars <= _CHARS_PER_CHUNK * (len(chunks) - pieces + 1)


def _without_tokens(text: str) -> str:
    kept: list[str] = []
    position = checks = 0
    for found in _RUN.finditer(text):
        run = found[0]
        checks += 1 + len(run) // 50  # a look costs as much as the run is long
        if checks > MAX_CHECKS:
            shown = "[token]" if len(run) >= _RANDOM_CHARS and _LETTER_AND_DIGIT.match(run) else run
        else:
            shown = _shown(run, text[max(0, found.start() - 16) : found.start()].lower())
        if shown != run:
            kept += [text[position : found.start()], shown]
            position = found.end()
    return "".join([*kept, text[position:]]) if kept else text


def _shown(whole: str, before: str) -> str:
    """Return what may be shown of a run."""
    run = whole.rstrip(".=/")
    rest = whole[len(run) :].lstrip("=")
    if _PREFIXED.search(run) or (before.endswith(_AUTHORIZES) and _is_opaque(run)):
        return f"[token]{rest}"
    if len(run) < _RANDOM_CHARS:
        return whole
    parts = _PARTS.split(run)  # with what separates them
    shown = ["[token]" if looks_random(part) else part for part in parts]
    return f"{''.join(shown)}{rest}" if shown != parts else whole


def _is_opaque(value: str) -> bool:
    """Tell a token from a word: "bearer authentication" is one of English."""
    return len(value) >= _RANDOM_CHARS or any(map(str.isdigit, value))


def _without_named(text: str) -> str:
    lower = text.lower()
    if not any(name in lower for name in _NAMES):
        return text
    if len(lower) != len(text):  # a few letters become two; then positions would not be those of `text`
        lower = "".join(char.lower() if char.isascii() else char for char in text)
    kept: list[str] = []
    position = 0
    for checks, named in enumerate(_NAMED.finditer(lower)):
        if checks >= MAX_CHECKS:
            return "".join([*kept, _LOOKS_NAMED.sub("[secret]", text[position:])])
        letter_before = lower[named.start() - 1 : named.start()].isalpha()
        if not letter_before and _is_secret(*named.groups()):
            kept += [text[position : named.start(3)], "[secret]"]
            position = named.end(3)
    return "".join([*kept, text[position:]]) if kept else text


def _is_secret(name: str, link: str, value: str) -> bool:
    """Tell a password from the words that follow one: "the password is wrong"."""
    if value.startswith("["):  # a word of ours
        return False
    has_digit = _DIGIT.search(value) is not None
    if not link:
        is_long = len(value) >= _MIN_UNLINKED_CHARS
        return name in _PASSWORDS and has_digit and is_long and _LETTER.search(value) is not None
    return link == "=" or has_digit or re.search(r"[^\w.!?):]", value) is not None


def _without_private_keys(text: str) -> str:
    kept: list[str] = []
    position = 0
    while begin := _KEY_BEGIN.search(text, position):
        kept += [text[position : begin.start()], "[secret]"]
        end = text.find(_KEY_END, begin.end())
        line_end = text.find("-----", end + len(_KEY_END)) if end >= 0 else -1
        position = len(text) if line_end < 0 else line_end + 5  # one that is cut off goes to the end of the text
    return "".join([*kept, text[position:]])
