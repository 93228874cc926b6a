"""Score: HTTP event -> stateless score with text segments, and what is known of the model. Translation only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ticketrouter.edge import http
from ticketrouter.edge.requests import ScoreRequest, read_request
from ticketrouter.edge.schemas_model import ModelResource
from ticketrouter.edge.schemas_score import ScoreResource, SegmentResource
from ticketrouter.http_function import Event, http_handler
from ticketrouter.telemetry import Handler, Metric, count, logger, observe_ms
from ticketrouter.usecases.score import ScoreText


def make_handler(
    *, score_text: ScoreText, manifest: Mapping[str, Any], evaluation: Mapping[str, Any] | None = None
) -> Handler:
    """Build the handler of `POST /score` and `GET /model`.

    Args:
        score_text: The use case.
        manifest: Of the loaded bundle; empty when the word list stands in for it.
        evaluation: What `make eval` found out about it.
    """

    def post_score(event: Event) -> Event:
        request = read_request(event, ScoreRequest)
        scored = score_text.text(request.text) if request.text else score_text.ticket(request.ticket_id or "")
        observe_ms(Metric.SCORING_MS, scored.latency_ms)
        count(Metric.DEGRADED, scored.score.degraded)
        segments = [SegmentResource(text=part.text, weight=part.weight) for part in scored.segments]
        logger.info(
            "scored a text", segments=len(segments), latency_ms=scored.latency_ms, degraded=scored.score.degraded
        )
        return http.json_response(200, ScoreResource.of(scored.score, segments, scored.latency_ms).model_dump())

    def get_model(event: Event) -> Event:
        model = ModelResource.of(score_text.model_version, manifest, evaluation)
        return http.json_response(200, model.model_dump(exclude_unset=True))

    return http_handler({"POST /score": post_score, "GET /model": get_model})


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(**bootstrap.score())
