"""The alert budget: which alerts go out singly, and which wait for their destination's digest.

An alert that is held back stays in its queue until its digest is there too, so that no store in between can lose it.
The digest is made by `usecases.digests`; `domain.digest` says when.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ticketrouter.domain.alert import Alert, IncidentPhase
from ticketrouter.ports import Budgets, Deliveries, DeliveryClaim, Destinations

DIGEST_TRIP_S = 75  # after a digest is due: the reconciler runs each minute, and a run takes a moment


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that does not go out singly.

    Attributes:
        digest_id: The digest that tells it.
        look_in_s: When to look whether that is on its way; None when it is, and the alert is done.
    """

    digest_id: str
    look_in_s: int | None


class AlertBudget:
    """The budget, as the dispatcher asks it.

    Args:
        budgets: What was spent, and the open digests.
        deliveries: Where an alert is left to its digest.
        destinations: Who has a budget.
    """

    def __init__(self, *, budgets: Budgets, deliveries: Deliveries, destinations: Destinations) -> None:
        self._budgets = budgets
        self._deliveries = deliveries
        self._destinations = destinations

    def hold(self, alert: Alert, claim: DeliveryClaim, *, token: str) -> Waiting | None:
        """Leave the alert to a digest if its destination's budget is spent; None if it is to be sent now.

        A digest, a test and a replay are what somebody waits for; what was tried before has paid. An incident's first
        message stands in for what is told no longer: a digest names ten alerts, and it might not be among them. Its end
        calls nobody, and PagerDuty's alert of it would stay open without.

        Args:
            alert: What is to be told.
            claim: Its lease, which is ours.
            token: Of the lease, which ends if the alert waits.

        Raises:
            CacheUnavailableError: The store did not answer.
            MissingSettingError: The destinations cannot be read.
        """
        stands_in = alert.incident is not None and alert.incident.phase is not IncidentPhase.GROWN
        # Its copies come from a worker and from the reconciler, who need not know the same phase.
        stands_in = stands_in and not claim.digest_id
        if claim.attempts or alert.digest is not None or alert.test or alert.replay or stands_in:
            return None
        known = (each.hourly_budget for each in self._destinations.all() if each.id == alert.destination)
        limit = next(known, None)
        if limit is None and claim.digest_id:
            limit = 1  # the budget was taken away meanwhile, but a digest tells it: the answer is the one it had
        held = None if limit is None else self._budgets.spend(alert, limit)
        if held is None:
            return None
        look_in_s = None if held.told else math.ceil(held.due_in_ms / 1_000) + DIGEST_TRIP_S
        wait_ms = None if look_in_s is None else look_in_s * 1_000
        if self._deliveries.hold(alert, token=token, digest_id=held.digest_id, wait_ms=wait_ms):
            return Waiting(held.digest_id, look_in_s)
        return Waiting(held.digest_id, DIGEST_TRIP_S)  # the lease was over: whoever has it now writes the same
