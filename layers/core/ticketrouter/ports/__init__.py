"""What the use cases need from the world.

Each port has a real adapter and a twin in memory; one contract suite holds both.
"""

from ticketrouter.domain.listing import TicketQuery
from ticketrouter.domain.message import Received
from ticketrouter.ports.accepting import (
    Claim,
    ClaimOutcome,
    Claims,
    QueueDepth,
    WorkQueue,
)
from ticketrouter.ports.auditing import (
    AuditList,
)
from ticketrouter.ports.budgets import (
    Budgets,
    ClosedDigest,
    Held,
)
from ticketrouter.ports.delivering import (
    Admission,
    Admitted,
    Deliveries,
    DeliveryChanges,
    DeliveryClaim,
    DeliveryVerdict,
    DestinationHealth,
    DestinationSecrets,
    Turn,
    WebhookReply,
    WebhookSender,
)
from ticketrouter.ports.feedback import (
    FeedbackList,
)
from ticketrouter.ports.incidents import (
    Embedded,
    IncidentChanges,
    Incidents,
    Joined,
    Neighbours,
    VectorLog,
)
from ticketrouter.ports.reading import (
    ApiKeys,
    ChangePage,
    DeadLetters,
    TicketPage,
    Views,
)
from ticketrouter.ports.working import (
    AlertQueue,
    Begin,
    Begun,
    Destinations,
    Scorer,
    TicketStore,
    Visibility,
)
from ticketrouter.ports.world import (
    Clock,
    Randomness,
)

__all__ = [
    "Admission",
    "Admitted",
    "AlertQueue",
    "ApiKeys",
    "AuditList",
    "Begin",
    "Begun",
    "Budgets",
    "ChangePage",
    "Claim",
    "ClaimOutcome",
    "Claims",
    "Clock",
    "ClosedDigest",
    "DeadLetters",
    "Deliveries",
    "DeliveryChanges",
    "DeliveryClaim",
    "DeliveryVerdict",
    "DestinationHealth",
    "DestinationSecrets",
    "Destinations",
    "Embedded",
    "FeedbackList",
    "Held",
    "IncidentChanges",
    "Incidents",
    "Joined",
    "Neighbours",
    "QueueDepth",
    "Randomness",
    "Received",
    "Scorer",
    "TicketPage",
    "TicketQuery",
    "TicketStore",
    "Turn",
    "VectorLog",
    "Views",
    "Visibility",
    "WebhookReply",
    "WebhookSender",
    "WorkQueue",
]
