"""Alerts of every type, and the texts that a stranger may send to do harm with them."""

from dataclasses import replace

from hypothesis import strategies as st

from ticketrouter.domain.alert import Alert, IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine

NOW_MS = 1_700_000_120_000
SITE = "https://desk.example.com/"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
INCIDENT_ID = f"inc_{'a' * 26}"

TICKET = Alert(
    ticket_id="INC:1001",
    destination="oncall",
    category="Technical",
    urgency_score=0.934,
    subject="Checkout is down",
    excerpt="Nobody can pay since 9:40.",
    customer="acme",
    reasons=("words: down", "model"),
    accepted_at_ms=1_700_000_000_123,
    scored_at_ms=1_700_000_000_456,
)


def incident(phase=IncidentPhase.OPENED, **changes):
    facts = IncidentFacts(
        incident_id=INCIDENT_ID,
        update=2,
        count=23,
        urgent_count=12,
        first_seen_ms=1_700_000_000_000,
        category="Billing",
        samples=("I was charged twice.", "Two payments for one order."),
        phase=phase,
    )
    return replace(TICKET, incident=replace(facts, **changes))


LINE = DigestLine("INC-7", "Legal", 0.91, "Subpoena", "Due tomorrow.")


LINES = (LINE, replace(LINE, ticket_id="INC-8", subject=""))


def digest(count=12, lines=LINES):
    facts = DigestFacts(
        digest_id=f"dig_{'b' * 26}",
        count=count,
        since_ms=1_700_000_000_000,
        until_ms=1_700_000_060_000,
        next_at_ms=1_700_003_600_000,
        lines=lines,
    )
    return replace(TICKET, ticket_id=facts.digest_id, digest=facts)


TEST = replace(TICKET, ticket_id="test_1", test=True)
ALL = {
    "ticket": TICKET,
    **{f"incident-{phase}": incident(phase) for phase in IncidentPhase},
    "digest": digest(),
    "test": TEST,
}


def hostile(text: str) -> list[Alert]:
    """Return alerts of every type with the text wherever a stranger, or a careless operator, can put one."""
    said = replace(TICKET, subject=text, excerpt=text, customer=text, category=text, reasons=(f"words: {text}",))
    line = DigestLine("INC-7", text, 0.91, text, text)
    return [
        said,
        *(incident(phase, category=text, samples=(text,) * 3) for phase in IncidentPhase),
        digest(lines=(line,) * 10),
        replace(TEST, destination=text),
    ]


HOSTILE = (
    "<!channel> <!here> <@U123> <#C1> <http://evil.example|Open it> & <at>Ann</at> [pay](https://evil.example/x) "
    "@everyone @here <@&42> `x` **b** www.evil.example evil.example/x javascript:alert(1) "
    "{{DATE(2026-11-21T06:00:00Z)}}"
)
WORST = tuple(char * 5_000 for char in '<&*\U0001f600"\\')
_PIECES = ["<!channel>", "<@U1>", "@everyone", "[a](b)", "](", "https://", "www.", "evil.example", "<at>", "</at>",
           "mailto:x", "${x}", "{{", "<a href=x>", "&lt;", "\n", " ", "a", "|", "`"]  # fmt: skip
texts = st.text(min_size=1, max_size=300) | st.lists(st.sampled_from(_PIECES), min_size=1, max_size=30).map("".join)
