"""Eight texts of wide margin, ours: the worker scores them at every cold start and compares with the manifest.

Wide margin, because int8 kernels differ a little from CPU to CPU and a near tie would fail there for no reason.
"""

from __future__ import annotations

SELF_TEST = (
    ("Our March invoice shows the same subscription twice. Please refund one of the two charges.", "Billing"),
    ("Where can I download the receipts for last year's payments?", "Billing"),
    (
        "The API has answered 500 to every request of all our customers for ten minutes. Everything is down.",
        "Technical",
    ),
    ("How do I change the time zone of my dashboard?", "Technical"),
    ("Please send us your standard data processing agreement, our lawyers would like to review it.", "Legal"),
    ("A court order requires you to preserve the records of this account; counsel will call you today.", "Legal"),
    ("Thank you, the whole team loves the new release. Keep it up!", "General"),
    ("Do you have an office in Madrid that we could visit next month?", "General"),
)
