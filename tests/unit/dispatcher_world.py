"""A dispatcher among the twins, and a queue that hands out its messages again."""

from dataclasses import replace

from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryBudgets,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryRandomness,
    MemoryState,
    MemoryVisibility,
    MemoryWebhookSender,
)
from ticketrouter.domain.alert import Alert, Destination, DestinationSecret
from ticketrouter.domain.message import Received, alert_to_json
from ticketrouter.usecases.dispatcher import Dispatcher

KEYS = ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
URL = "https://hooks.example.com/oncall"
QUEUE_ARN = "arn:aws:sqs:eu-central-1:123456789012:router-alerts"


def alert(ticket_id="t_1", destination="oncall", **changes):
    made = Alert(ticket_id, destination, "Technical", 0.93, "Checkout is down", "Nobody can pay.", "acme", ("down",),
                 1_749_999_990_000, 1_749_999_991_000)  # fmt: skip
    return replace(made, **changes)


def message(of=None, message_id="m1", body=None):
    return Received(message_id, f"receipt-{message_id}", QUEUE_ARN, body or alert_to_json(of or alert()), 1)


class Sender(MemoryWebhookSender):
    """Does something while the POST is under way."""

    def __init__(self):
        super().__init__()
        self.during = lambda: None
        self.after = lambda: None

    def send(self, url, headers, body):
        self.during()
        reply = super().send(url, headers, body)
        self.after()
        return reply


class World:
    def __init__(self):
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.deliveries = MemoryDeliveries(self.state)
        self.health = MemoryDestinationHealth(self.state)
        self.alerts = MemoryAlertQueue()
        self.budgets = MemoryBudgets(self.state)
        self.dead_letters = MemoryDeadLetters(self.state)
        self.visibility = MemoryVisibility()
        self.randomness = MemoryRandomness()
        self.sender = Sender()
        self.destinations = MemoryDestinations(
            [Destination("oncall"), Destination("chat", "slack"), Destination("guild", "discord")]
        )
        self.secrets = MemoryDestinationSecrets(
            {
                "oncall": DestinationSecret(URL, KEYS),
                "chat": DestinationSecret(f"{URL}/slack"),
                "guild": DestinationSecret(f"{URL}/discord"),
            }
        )
        self.dispatcher = self.new_dispatcher()

    def new_dispatcher(self):
        return Dispatcher(
            deliveries=self.deliveries,
            budgets=self.budgets,
            destinations=self.destinations,
            secrets=self.secrets,
            health=self.health,
            sender=self.sender,
            alerts=self.alerts,
            dead_letters=self.dead_letters,
            visibility=self.visibility,
            clock=self.clock,
            randomness=self.randomness,
            public_url="https://desk.example.com",
        )

    def dispatch(self, *messages):
        return self.dispatcher.dispatch(messages, remaining_ms=lambda: 30_000)

    def endings(self, *messages):
        return [handled.ending for handled in self.dispatch(*messages).handled]

    def delivery(self, of=None):
        of = of or alert()
        (found,) = self.deliveries.of_ticket(of.ticket_id, [of.destination])
        return found

    def until_gone(self, sent):
        """Redeliver as SQS would, each time its visibility is over; return the seconds between the tries."""
        delays = []
        while True:
            report = self.dispatch(sent)
            if not report.failed:
                return delays
            assert report.failed == [sent.message_id]
            delays.append(self.visibility.delays_s[sent.message_id])
            self.clock.advance(delays[-1])
