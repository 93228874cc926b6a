"""Storms of tickets that are alike while everybody dies now and then: each urgent one is told, and each end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.incidents import attack
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.domain.joiner import Verdict


def test_whoever_dies_every_urgent_ticket_is_told_and_every_end():
    outcome = attack(150, seed=3)

    assert outcome.broken == []
    figures = outcome.judgement.figures()
    assert figures["told_by_an_incident"] > 40
    assert len(outcome.scene.crashes.points) > 15
    assert set(outcome.scene.acted.values()) >= {IncidentAction.ACK, IncidentAction.MUTE}
    assert outcome.scene.deleted


def _spared_before_they_hear(scene):
    """Nobody is sent the first message: it is put among those that it stands for."""
    join = scene.incidents.join

    def spared(tickets):
        joined = join(tickets)
        for one in joined:
            if one.verdict.phase is IncidentPhase.OPENED:
                scene.incidents._groups[one.incident.id].told.clear()
        return [
            replace(one, verdict=Verdict(suppressed=one.verdict.announce)) if one.verdict.phase else one
            for one in joined
        ]

    scene.incidents.join = spared


def _in_no_order(scene):
    deliveries = scene.fleet.deliveries
    deliveries.end_turn = lambda incident, destination, *, token, told: None


def _the_fallback_is_forgotten(scene):
    scene.fleet.deliveries.told_instead = lambda incident, destination: ""


@pytest.mark.parametrize(
    ("broken", "shown_by"),
    [
        (_spared_before_they_hear, "never heard"),
        (_in_no_order, "came after newer"),
        (_the_fallback_is_forgotten, "never told"),
    ],
)
def test_a_protocol_that_is_broken_shows(broken, shown_by):
    outcome = attack(150, seed=3, broken=broken)
    assert any(shown_by in sentence for sentence in outcome.broken), outcome.broken[:5]
