"""Take personal data and secrets out of a text: what leaves the account, and, if so set, what is stored.

Shapes with a check of their own (cards, IBANs) are believed by it, others by their form alone; order numbers, dates,
error codes, versions, UUIDs and our own ids stay readable. What has no form (names, postal addresses) stays, too.

Every pattern here takes linear time: none can begin inside its own match, so that each character is read a bounded
number of times whatever a stranger wrote.
"""

from __future__ import annotations

from ticketrouter.domain.redaction.accounts import without_ibans
from ticketrouter.domain.redaction.contacts import without_addresses
from ticketrouter.domain.redaction.credentials import without_credentials
from ticketrouter.domain.redaction.numbers import without_numbers


def redact(text: str) -> str:
    """Return the text with a word such as `[email]` in the place of each piece of personal data or secret."""
    # In this order: a token may hold an @, an address random letters, and each is told best while it is whole.
    return without_numbers(without_ibans(without_credentials(without_addresses(text))))
