"""The whole worker on our side: what its process imports and builds, and its model; Redis and queues are not called."""

from __future__ import annotations

import sys

from functions.worker.handler import make_handler
from models.bench_scoring.child import serve
from ticketrouter.adapters.destinations import ParameterDestinations, parameters_provider
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.adapters.redis_store import (
    RedisClient,
    RedisDeadLetters,
    RedisIncidents,
    RedisTicketStore,
    RedisVectorLog,
)
from ticketrouter.adapters.secrets import secrets_provider
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsVisibility, sqs_client
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.usecases.incidents import Grouping
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

QUEUE = "https://sqs.us-east-1.amazonaws.com/000000000000/bench"


def build(model_dir: str) -> GuardedScorer:
    """Build what `bootstrap.worker` builds, the self-test included; return its scorer."""
    clock, sqs = SystemClock(), sqs_client()
    secrets_provider()
    redis = RedisClient("redis://127.0.0.1:6379/0", clock)
    models = OnnxScorer(model_dir)
    models.self_test()
    scorer = GuardedScorer(models, clock)
    make_handler(
        worker=Worker(
            store=RedisTicketStore(redis),
            scorer=scorer,
            alerts=SqsAlertQueue(sqs, QUEUE),
            destinations=ParameterDestinations(parameters_provider(), "/bench"),
            grouping=Grouping(
                log=RedisVectorLog(redis, clock),
                neighbours=MatrixNeighbours(similarity=models.manifest["duplicate_similarity"], window_s=300),
                incidents=RedisIncidents(redis),
                randomness=SystemRandomness(),
                close_similarity=models.manifest["duplicate_similarity"],
            ),
            dead_letters=RedisDeadLetters(redis),
            visibility=SqsVisibility(sqs, [QUEUE]),
            clock=clock,
        )
    )
    return scorer


if __name__ == "__main__":
    serve(build(sys.argv[1]).score)
