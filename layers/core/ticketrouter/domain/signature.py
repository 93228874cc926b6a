"""Signatures of webhooks, so that a receiver knows who called and that nothing was changed.

Source: the Standard Webhooks specification 1.0 (symmetric signatures, `v1`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from ticketrouter.domain.errors import MissingSettingError

KEY_PREFIX = "whsec_"
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64


def signed_headers(webhook_id: str, timestamp_s: int, body: bytes, signing_keys: Sequence[str]) -> dict[str, str]:
    """Return the headers that name, date and sign a message; without a key, those that name and date it.

    Args:
        webhook_id: The same on every attempt: receivers drop repetitions by it.
        timestamp_s: Unix time of this attempt in seconds; receivers refuse what is minutes old.
        body: The bytes exactly as they are sent.
        signing_keys: `whsec_…`; while a key is being rotated both sign, and a receiver accepts either.

    Raises:
        MissingSettingError: A key is not a signing key.
    """
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(timestamp_s)}
    if signing_keys:
        content = f"{webhook_id}.{timestamp_s}.".encode() + body
        headers["webhook-signature"] = " ".join(_sign(content, key) for key in signing_keys)
    return headers


def secret_bytes(signing_key: str) -> bytes:
    """Return the secret inside `whsec_<base64>`.

    Raises:
        MissingSettingError: It is not one. The message does not quote it.
    """
    try:
        secret = base64.b64decode(signing_key.removeprefix(KEY_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not signing_key.startswith(KEY_PREFIX) or not MIN_KEY_BYTES <= len(secret) <= MAX_KEY_BYTES:
        raise MissingSettingError(
            f"a signing key must be {KEY_PREFIX} and the base64 of {MIN_KEY_BYTES} to {MAX_KEY_BYTES} bytes"
        )
    return secret


def _sign(content: bytes, signing_key: str) -> str:
    digest = hmac.new(secret_bytes(signing_key), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
