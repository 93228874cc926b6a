"""Twins of all ports in memory: for tests, and held to the same contract suite as the real adapters.

Nothing here sleeps, and only `MemoryClock.advance` moves time. `MemoryState` is the Redis of the twins: give the same
one to all twins of the store, and they see each other's work.
"""

from ticketrouter.adapters.memory.audit import MemoryAuditList
from ticketrouter.adapters.memory.budgets import MemoryBudgets
from ticketrouter.adapters.memory.claims import MemoryClaims
from ticketrouter.adapters.memory.configuration import MemoryApiKeys, MemoryDestinations, MemoryDestinationSecrets
from ticketrouter.adapters.memory.dead_letters import MemoryDeadLetters
from ticketrouter.adapters.memory.deliveries import MemoryDeliveries
from ticketrouter.adapters.memory.feedback import MemoryFeedbackList
from ticketrouter.adapters.memory.health import MemoryDestinationHealth
from ticketrouter.adapters.memory.incidents import MemoryIncidents, MemoryNeighbours, MemoryVectorLog
from ticketrouter.adapters.memory.queues import MemoryAlertQueue, MemoryVisibility, MemoryWorkQueue
from ticketrouter.adapters.memory.scoring import MemoryScorer
from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.adapters.memory.tickets import MemoryTicketStore
from ticketrouter.adapters.memory.views import MemoryViews
from ticketrouter.adapters.memory.webhooks import MemoryWebhookSender, SentWebhook
from ticketrouter.adapters.memory.world import MemoryClock, MemoryRandomness

__all__ = [
    "MemoryAlertQueue",
    "MemoryApiKeys",
    "MemoryAuditList",
    "MemoryBudgets",
    "MemoryClaims",
    "MemoryClock",
    "MemoryDeadLetters",
    "MemoryDeliveries",
    "MemoryDestinationHealth",
    "MemoryDestinationSecrets",
    "MemoryDestinations",
    "MemoryFeedbackList",
    "MemoryIncidents",
    "MemoryNeighbours",
    "MemoryRandomness",
    "MemoryScorer",
    "MemoryState",
    "MemoryTicketStore",
    "MemoryVectorLog",
    "MemoryViews",
    "MemoryVisibility",
    "MemoryWebhookSender",
    "MemoryWorkQueue",
    "SentWebhook",
]
