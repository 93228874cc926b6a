"""All suites, the longest first: so two side by side end at about the same time."""

from __future__ import annotations

from tests.faults.suite import Suite

SUITES = [
    Suite(
        "soak",
        "100,000 tickets while 1 % of all invocations are killed, Redis is killed six times, messages come twice and "
        "out of order, sends have no answer, and clients post again: every ticket has one id and one end, every alert "
        "arrives, and only a death between a receiver's yes and our record tells one twice.",
        (
            "tickets",
            "lost",
            "second_ids",
            "changed_finals",
            "alerts_lost",
            "doubles",
            "kills_in_window",
            "doubles_without_kills",
        ),
        limit_s=1_200,
    ),
    Suite(
        "model_check",
        "A model checker chooses 2,000 times 50 steps of clients, workers, dispatchers and the reconciler, and what "
        "goes wrong at each call: a death, a lost reply, a time-out, a stall, a wiped store, others at the same "
        "ticket. Every 202 ends once, under one id, and every alert arrives.",
        ("runs", "steps", "tickets", "deaths", "wipes", "doubles", "doubles_excused"),
    ),
    Suite(
        "dispatcher",
        "Dispatchers die at every I/O, messages come twice: no alert is lost, and only a death between the receiver's "
        "yes and our record tells one twice.",
        ("alerts", "kills", "kills_in_window", "lost", "doubles", "doubles_without_kills"),
    ),
    Suite(
        "digests",
        "Storms above every budget while dispatchers and reconciler die at every I/O, replies and sends are lost, the "
        "store is away, messages come twice, a destination fails for an hour, an operator replays and tickets are "
        "deleted: each alert is told, by one message or one digest, and digests come when they should.",
        ("alerts", "in_digests", "forgotten", "in_two_digests", "kills", "longest_wait_for_a_digest_s"),
        limit_s=900,
    ),
    Suite(
        "incidents",
        "Storms of tickets that are alike, while workers, dispatchers and reconciler die at every I/O, the store of "
        "incidents is away, operators act and members are deleted: every urgent ticket is told, singly or by its "
        "incident, in order, and whoever heard of an incident hears of its end.",
        ("tickets", "incidents", "told_singly", "told_by_an_incident", "broken_promises", "kills"),
        limit_s=900,
    ),
    Suite(
        "redis",
        "Redis is refused, hung, slow, dripping, cut off, a replica, failed over, wiped, full, without scripts, out of "
        "connections, loading, or has another password, while four sandboxes take 60 tickets/s: every ticket is taken "
        "within 300 ms (p99) and ends scored, and Redis is used again within 6 s.",
        (
            "requests",
            "accepted_share_down",
            "worst_p99_ms",
            "worst_back_s",
            "lost",
            "second_ids",
            "failed",
            "alerts_lost",
        ),
    ),
    Suite(
        "model_files",
        "Files of the bundle are flipped, cut off, missing or exchanged, manifests make no sense, models fail, hang, "
        "are slow or talk nonsense: no start fails, the word list answers and says so, one bad ticket is given up "
        "alone, and a model that is well again is used again.",
        ("damages", "crashed", "silent", "sicknesses"),
    ),
    Suite(
        "twins",
        "Random calls in random order on a real Redis and on the twins in memory that other suites run on: tickets, "
        "claims, deliveries, turns and incidents answer the same.",
        ("calls", "differences"),
        limit_s=900,
    ),
    Suite(
        "destinations",
        "Five of twenty destinations hang, drip, reset, refuse or fail for hours: the others are told within 2 s "
        "(p95), and every alert ends as delivered or exhausted.",
        ("alerts", "lost", "healthy_p95_ms"),
    ),
    Suite(
        "canaries",
        "Unguessable words in every input and every secret, through success and every failure: none comes out in a log "
        "line, an error, or at somebody else's, and every line is one JSON object that docs/logs.md describes.",
        ("canaries", "answers", "log_lines", "webhooks"),
    ),
    Suite(
        "deletion",
        "Tickets live a whole life on a real Redis and are deleted, by id or with their customer: no word and no "
        "embedding of them is left in any key, and their id only where it must be.",
        ("victims", "pieces_searched", "left"),
    ),
    Suite(
        "access",
        "Every route of the template by every caller, and fifty clients of one key at once: who may not is refused in "
        "the same way, and nobody posts more than their key's rate.",
        ("calls", "refused", "admitted"),
    ),
    Suite(
        "fuzz",
        "Raw bytes, requests, queue events and documents that mean harm: no exception, no 5xx, every answer as the "
        "OpenAPI document has it, no message lost.",
        ("raw_requests", "structured_requests", "queue_events", "documents", "broken_promises"),
    ),
    Suite(
        "kill_points",
        "A process is killed at every named point of ingest, worker, dispatcher and reconciler, before and after each "
        "call that leaves it: the router goes on, and every invariant holds.",
        ("kills", "points", "broken_points"),
    ),
    Suite(
        "schemathesis",
        "Everything that the OpenAPI document allows and forbids, 1,000 examples an operation, on the running local "
        "stack: the document tells the truth.",
        ("operations", "cases", "failures"),
        limit_s=1_200,
    ),
    Suite(
        "outage",
        "In virtual time Redis is away for 15 minutes at 20 tickets/s, shaky, and away for hours, SQS is away, the "
        "workers are down for hours: every post ends with one id and is scored, nothing is failed.",
        (
            "tickets",
            "failed",
            "accepted_share",
            "dead_lettered_in_15_min",
            "most_receives_in_15_min",
            "longest_wait_after_s",
        ),
    ),
    Suite(
        "clocks",
        "Every process has a clock of its own, wrong by ten minutes, and some jump by an hour: no lease is stolen, no "
        "alert doubled or lost, no ticket given up, no time negative.",
        ("tickets", "alerts", "doubles", "lost", "jumps"),
    ),
    Suite(
        "poison",
        "Batches of ten with one to nine tickets that break the model, kill the process, cannot be read or are huge, "
        "in every position: the others do not notice, the bad ones fail after three attempts, the handler names "
        "exactly what must come back.",
        ("batches", "bad", "mates", "deaths", "broken_batches"),
    ),
    Suite(
        "redrive",
        "5,000 dead letters, half of them done long since, are redriven twice by SQS, by the reconciler and by the "
        "API: no final status changes, nobody is told twice.",
        ("letters", "redriven", "redriven_again", "told_twice", "changed_finals"),
    ),
    Suite(
        "regexes",
        "Every regular expression and normaliser of the package on 100 KB, or what it is given at most, of text made "
        "to cost it time: 20 ms each.",
        ("patterns", "normalisers", "texts", "slowest_ms"),
    ),
]
