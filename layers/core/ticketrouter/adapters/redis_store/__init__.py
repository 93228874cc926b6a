"""The store on Redis or Valkey: claims, records, deliveries, lists and dead letters.

Every decision is one Lua script on one key, or on keys of one hash tag, judged by the server's clock. A request is one
pipeline without MULTI. Lists and figures are projections: written in the same pipeline, corrected when a script says
that somebody else was first, and never the truth.
"""

from ticketrouter.adapters.redis_store.audit import RedisAuditList
from ticketrouter.adapters.redis_store.budgets import RedisBudgets
from ticketrouter.adapters.redis_store.claims import RedisClaims
from ticketrouter.adapters.redis_store.client import RedisClient
from ticketrouter.adapters.redis_store.dead_letters import RedisDeadLetters
from ticketrouter.adapters.redis_store.deliveries import RedisDeliveries
from ticketrouter.adapters.redis_store.feedback import RedisFeedbackList
from ticketrouter.adapters.redis_store.health import RedisDestinationHealth
from ticketrouter.adapters.redis_store.incidents import RedisIncidents
from ticketrouter.adapters.redis_store.tickets import RedisTicketStore
from ticketrouter.adapters.redis_store.views import RedisViews
from ticketrouter.adapters.redis_store.window import RedisVectorLog

__all__ = [
    "RedisAuditList",
    "RedisBudgets",
    "RedisClaims",
    "RedisClient",
    "RedisDeadLetters",
    "RedisDeliveries",
    "RedisDestinationHealth",
    "RedisFeedbackList",
    "RedisIncidents",
    "RedisTicketStore",
    "RedisVectorLog",
    "RedisViews",
]
