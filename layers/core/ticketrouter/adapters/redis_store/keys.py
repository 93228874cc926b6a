"""Names of all keys.

    ticket:{<id>}                       hash    claim and record; of a deleted ticket its state alone, as a tombstone
    ticket:{<id>}:feedback              hash    what people said of its labels, by the row's id
    ticket:{<id>}:letters               set     dead letters that are messages with its id
    delivery:{<about>}:<destination>    hash    one delivery; about a ticket's id, or `<incident id>~<update>`
    deliveries:{<about>}                set     its destinations
    destination:{<id>}                  hash    what is held against a destination; missing while all is well
    deadletter:{<id>}                   hash
    rate:{<key id>}                     string  time until which the key has paid, in us
    budget:{<destination>}              zset    alerts that went out singly by time in ms
    budget:{<destination>}:held         zset    alerts that are in a digest by its beginning in ms
    budget:{<destination>}:digest       hash    the open digest, and the closed one until it is told
    audit:{<id>}                        hash    one action of an operator, and its end
    deadlines:{<shard>}                 zset    id by due time in ms, 16 shards
    index:{tickets}:accepted            zset    id by accepted_at_ms
    index:{tickets}:urgency             zset    id by urgency rank
    index:{tickets}:total_ms            zset    id by total_ms, of what is scored
    index:{tickets}:changes             zset    id, or ~id of a deleted ticket, by number of the change
    index:{tickets}:floor               string  newest change that was dropped
    index:{customer:<digest>}           zset    ids of one customer's tickets by time of the last listing in ms
    index:{customer:<digest>}:letters   set     dead letters that are messages with this customer's words
    index:{deliveries}                  zset    <about>~<destination> by time of the last change in ms
    index:{deliveries}:pending          zset    the same, of alerts that are neither delivered nor given up
    index:{deadletters}                 zset    id by time in ms
    index:{feedback}                    zset    <ticket id>~<row's id> by time in ms
    index:{audit}                       zset    id by time in ms
    index:{digests}                     set     destinations that have a budget
    {incidents}:window                  stream  vectors of the last minutes, and of tickets that stand for an incident
    {incidents}:groups                  hash    group by id, JSON; of a group that is no incident while it is live
    {incidents}:answers                 hash    by ticket: the id of its group, and how it is told
    {incidents}:answered                zset    ticket by the time in ms until which its answer is kept
    {incidents}:live                    zset    ticket by the time in ms until which it stands for its group
    {incidents}:active                  zset    incidents that are not over, or of which a message is due
    {incidents}:changes                 zset    incident by the time of its last visible change in ms
    index:{incidents}                   zset    incident by the time of its first ticket in ms
    incident:{<id>}:members             zset    its tickets by accepted_at_ms
    incident:{<id>}:similarities        hash    their similarity and urgency
    incident:{<id>}:tellers             set     tickets whose records hold a message about it
    incident:{<id>}:turn:<destination>  hash    the last message that it was told by, and who tells it now
    stats:{<minute>}                    hash    counts

What is in braces decides the cluster slot: a script's keys share it. The ticket lists share one so that one script
writes all of them, and trims them together.
"""

from __future__ import annotations

import hashlib
from zlib import crc32

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.message import LAST_COPY_S

SHARDS = 16
TOMBSTONE_MS = LAST_COPY_S * 1000  # as long as a queue may still hold a message of the deleted ticket
TICKET_LISTS = (
    "index:{tickets}:accepted",
    "index:{tickets}:urgency",
    "index:{tickets}:changes",
    "index:{tickets}:floor",
    "index:{tickets}:total_ms",
)
ACCEPTED, URGENCY, CHANGES, FLOOR, TOTAL_MS = TICKET_LISTS
ORDERS = {"accepted_at": ACCEPTED, "urgency_score": URGENCY, "total_ms": TOTAL_MS}
DELIVERIES = "index:{deliveries}"
PENDING = "index:{deliveries}:pending"
WINDOW = "{incidents}:window"
INCIDENT_LIST = "index:{incidents}"
ACTIVE_INCIDENTS = "{incidents}:active"
INCIDENT_CHANGES = "{incidents}:changes"
INCIDENTS = (
    "{incidents}:groups",
    "{incidents}:answers",
    "{incidents}:answered",
    "{incidents}:live",
    INCIDENT_LIST,
    ACTIVE_INCIDENTS,
    INCIDENT_CHANGES,
)
INCIDENT_STATES = (INCIDENTS[0], ACTIVE_INCIDENTS, INCIDENT_CHANGES)
DEAD_LETTERS = "index:{deadletters}"
DIGESTS = "index:{digests}"
AUDIT = "index:{audit}"
FEEDBACK = "index:{feedback}"


def ticket_key(ticket_id: str) -> str:
    """Return the key of a ticket's claim and record."""
    return f"ticket:{{{ticket_id}}}"


def feedback_key(ticket_id: str) -> str:
    """Return the key of what people said of a ticket."""
    return f"ticket:{{{ticket_id}}}:feedback"


def letters_key(ticket_id: str) -> str:
    """Return the key of the dead letters that are messages with a ticket's id."""
    return f"ticket:{{{ticket_id}}}:letters"


def delivery_key(about: str, destination: str) -> str:
    """Return the key of a delivery."""
    return f"delivery:{{{about}}}:{destination}"


def destinations_key(about: str) -> str:
    """Return the key of the set of destinations that were told about it."""
    return f"deliveries:{{{about}}}"


def destination_key(destination: str) -> str:
    """Return the key of what is held against a destination."""
    return f"destination:{{{destination}}}"


def letter_key(letter_id: str) -> str:
    """Return the key of a dead letter."""
    return f"deadletter:{{{letter_id}}}"


def members_key(incident_id: str) -> str:
    """Return the key of the list of an incident's tickets."""
    return f"incident:{{{incident_id}}}:members"


def similarities_key(incident_id: str) -> str:
    """Return the key of what is told of an incident's tickets."""
    return f"incident:{{{incident_id}}}:similarities"


def tellers_key(incident_id: str) -> str:
    """Return the key of the tickets whose records hold a message about an incident."""
    return f"incident:{{{incident_id}}}:tellers"


def turn_key(incident_id: str, destination: str) -> str:
    """Return the key of what a destination was told of an incident."""
    return f"incident:{{{incident_id}}}:turn:{destination}"


def rate_key(key_id: str) -> str:
    """Return the key of an API key's rate."""
    return f"rate:{{{key_id}}}"


def audit_key(entry_id: str) -> str:
    """Return the key of an entry of the audit."""
    return f"audit:{{{entry_id}}}"


def budget_keys(destination: str) -> list[str]:
    """Return the keys of a destination's budget: paid alerts, alerts that are held back, digests."""
    return [f"budget:{{{destination}}}{part}" for part in ("", ":held", ":digest")]


def encode_place(alert: Alert) -> str:
    """Return an alert's name in a budget; in the order of names, the most urgent one is the last."""
    return f"{round(alert.rank * 10_000):05d}:{alert.epoch}:{alert.about}"


def decode_place(place: bytes) -> str:
    """Return `about` of the alert."""
    return place.decode().split(":", 2)[2]


def deadline_key(ticket_id: str) -> str:
    """Return the key of the shard that holds a ticket's deadline."""
    return f"deadlines:{{{crc32(ticket_id.encode()) % SHARDS}}}"


def deadline_keys() -> list[str]:
    """Return the keys of all shards."""
    return [f"deadlines:{{{shard}}}" for shard in range(SHARDS)]


def customer_key(customer: str) -> str:
    """Return the key of a customer's tickets; a digest, so that no name stands in a key."""
    return f"index:{{customer:{hashlib.sha256(customer.encode()).hexdigest()[:32]}}}"


def customer_letters_key(customer: str) -> str:
    """Return the key of the dead letters that are messages with a customer's words."""
    return f"{customer_key(customer)}:letters"


def stats_key(minute: int) -> str:
    """Return the key of a minute's counts."""
    return f"stats:{{{minute}}}"
