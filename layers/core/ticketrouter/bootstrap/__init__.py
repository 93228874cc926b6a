"""The composition root: the one place that names concrete adapters.

One builder per function, called once at init: what is missing or broken fails there, before any work is taken. Adapters
are imported inside the builders, so that no function pays for a library that it does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketrouter import settings
from ticketrouter.domain.errors import MissingSettingError, ModelMismatchError, RouterError
from ticketrouter.telemetry import Metric, count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.ports import ApiKeys, Destinations
    from ticketrouter.usecases.digests import Digests
    from ticketrouter.usecases.dispatcher import Dispatcher
    from ticketrouter.usecases.incidents import Closing, Grouping
    from ticketrouter.usecases.ingest import Ingest
    from ticketrouter.usecases.reconciler import Reconciler
    from ticketrouter.usecases.scoring import GuardedScorer
    from ticketrouter.usecases.worker import Worker

INGEST_TRIP_S = 0.25  # what a caller may lose to a Redis that drips; without it the ticket is accepted all the same


def ingest() -> Ingest:
    """Build the way in."""
    from ticketrouter.adapters.redis_store import RedisClaims
    from ticketrouter.adapters.secrets import secret_text
    from ticketrouter.adapters.sqs_queue import SqsWorkQueue, sqs_client
    from ticketrouter.adapters.system import SystemClock, SystemRandomness
    from ticketrouter.domain.ticket import TicketIds
    from ticketrouter.usecases.ingest import Ingest

    config = settings.load(settings.IngestSettings)
    return Ingest(
        claims=RedisClaims(
            _redis(config.CACHE_URL_SECRET_ARN, trip_s=INGEST_TRIP_S),
            rate_limit_per_minute=config.RATE_LIMIT_PER_MINUTE,
            record_ttl_s=config.RECORD_TTL_S,
            deadline_s=config.DEADLINE_S,
        ),
        queue=SqsWorkQueue(sqs_client(), express_url=config.EXPRESS_QUEUE_URL, standard_url=config.STANDARD_QUEUE_URL),
        ids=TicketIds(secret_text(_secrets(), config.ID_SECRET_ARN).encode()),
        clock=SystemClock(),
        randomness=SystemRandomness(),
        redact_stored=config.REDACT_STORED,
    )


def worker() -> Worker:
    """Build the worker: the bundle is loaded, verified and tested here, once per cold start."""
    from ticketrouter.adapters.redis_store import RedisDeadLetters, RedisTicketStore
    from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsVisibility, sqs_client
    from ticketrouter.adapters.system import SystemClock
    from ticketrouter.usecases.worker import Worker

    config = settings.load(settings.WorkerSettings)
    redis, sqs = _redis(config.CACHE_URL_SECRET_ARN), sqs_client()
    scorer, manifest = _scorer(config.MODEL_DIR)
    return Worker(
        store=RedisTicketStore(redis, record_ttl_s=config.RECORD_TTL_S, deadline_s=config.DEADLINE_S),
        scorer=scorer,
        alerts=SqsAlertQueue(sqs, config.ALERT_QUEUE_URL),
        destinations=_destinations(config.DESTINATIONS_PARAMETER),
        grouping=grouping(config, float(manifest.get("duplicate_similarity", 1.0))),
        dead_letters=RedisDeadLetters(redis),
        visibility=SqsVisibility(sqs, [config.EXPRESS_QUEUE_URL, config.STANDARD_QUEUE_URL]),
        clock=SystemClock(),
    )


def grouping(config: settings.WorkerSettings, bundle_similarity: float) -> Grouping:
    """Build the search for incidents. It has a way to Redis of its own: its troubles must not stop commits."""
    from ticketrouter.adapters.redis_store import RedisIncidents, RedisVectorLog
    from ticketrouter.adapters.similarity import MatrixNeighbours
    from ticketrouter.adapters.system import SystemClock, SystemRandomness
    from ticketrouter.domain.incident import CLOSE_SIMILARITY, GROUP_SIMILARITY
    from ticketrouter.usecases.incidents import Grouping, Singly

    if not config.INCIDENT_LIMIT:
        return Singly()
    redis, clock, window_s = _redis(config.CACHE_URL_SECRET_ARN), SystemClock(), config.INCIDENT_WINDOW_S
    duplicate = config.INCIDENT_SIMILARITY or bundle_similarity
    return Grouping(
        log=RedisVectorLog(redis, clock, window_s=window_s),
        neighbours=MatrixNeighbours(similarity=GROUP_SIMILARITY * duplicate, window_s=window_s),
        incidents=RedisIncidents(
            redis, window_s=window_s, limit=config.INCIDENT_LIMIT, record_ttl_s=config.RECORD_TTL_S
        ),
        randomness=SystemRandomness(),
        close_similarity=CLOSE_SIMILARITY * duplicate,
    )


def dispatcher() -> Dispatcher:
    """Build the way out."""
    from ticketrouter.adapters.destinations import SecretDestinationSecrets
    from ticketrouter.adapters.redis_store import (
        RedisBudgets,
        RedisDeadLetters,
        RedisDeliveries,
        RedisDestinationHealth,
    )
    from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsVisibility, sqs_client
    from ticketrouter.adapters.system import SystemClock, SystemRandomness
    from ticketrouter.adapters.webhook_http import HttpWebhookSender
    from ticketrouter.usecases.dispatcher import Dispatcher

    config = settings.load(settings.DispatcherSettings)
    redis, sqs, clock = _redis(config.CACHE_URL_SECRET_ARN), sqs_client(), SystemClock()
    return Dispatcher(
        deliveries=RedisDeliveries(redis, record_ttl_s=config.RECORD_TTL_S),
        budgets=RedisBudgets(redis),
        destinations=_destinations(config.DESTINATIONS_PARAMETER),
        secrets=SecretDestinationSecrets(_secrets(), config.DESTINATION_SECRETS_ARN),
        health=RedisDestinationHealth(redis),
        sender=HttpWebhookSender(clock=clock, allow_loopback=config.ALLOW_LOOPBACK_WEBHOOKS),
        alerts=SqsAlertQueue(sqs, config.ALERT_QUEUE_URL),
        dead_letters=RedisDeadLetters(redis),
        visibility=SqsVisibility(sqs, [config.ALERT_QUEUE_URL]),
        clock=clock,
        randomness=SystemRandomness(),
        public_url=config.PUBLIC_URL,
    )


def query() -> dict[str, Any]:
    """Build the reads and the operator's actions; returns what its `make_handler` takes."""
    from ticketrouter.bootstrap.reading import reads_and_actions

    config = settings.load(settings.QuerySettings)
    return reads_and_actions(
        config, redis=_redis(config.CACHE_URL_SECRET_ARN), destinations=_destinations(config.DESTINATIONS_PARAMETER)
    )


def score() -> dict[str, Any]:
    """Build the stateless score; returns what its `make_handler` takes."""
    from ticketrouter.adapters.onnx_scorer import read_evaluation
    from ticketrouter.adapters.redis_store import RedisTicketStore
    from ticketrouter.adapters.system import SystemClock
    from ticketrouter.usecases.score import ScoreText

    config = settings.load(settings.ScoreSettings)
    scorer, manifest = _scorer(config.MODEL_DIR)
    store = RedisTicketStore(_redis(config.CACHE_URL_SECRET_ARN))
    max_tokens = int(manifest.get("max_tokens", 128))
    score_text = ScoreText(scorer=scorer, store=store, clock=SystemClock(), max_tokens=max_tokens)
    evaluation = read_evaluation(Path(config.MODEL_DIR), manifest["version"]) if manifest else None
    return {"score_text": score_text, "manifest": manifest, "evaluation": evaluation}


def reconciler() -> tuple[Reconciler, Digests, Closing]:
    """Build the one that leaves no ticket behind; beside it the sender of digests, and the end of incidents."""
    from ticketrouter.adapters import redis_store
    from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsWorkQueue, sqs_client
    from ticketrouter.adapters.system import SystemClock
    from ticketrouter.usecases.digests import Digests
    from ticketrouter.usecases.incidents import Closing
    from ticketrouter.usecases.reconciler import Reconciler

    config = settings.load(settings.ReconcilerSettings)
    redis, sqs = _redis(config.CACHE_URL_SECRET_ARN), sqs_client()
    deliveries = redis_store.RedisDeliveries(redis, record_ttl_s=config.RECORD_TTL_S)
    alerts = SqsAlertQueue(sqs, config.ALERT_QUEUE_URL)
    store = redis_store.RedisTicketStore(redis, record_ttl_s=config.RECORD_TTL_S, deadline_s=config.DEADLINE_S)
    looks_after_tickets = Reconciler(
        store=store,
        deliveries=deliveries,
        destinations=_destinations(config.DESTINATIONS_PARAMETER),
        dead_letters=redis_store.RedisDeadLetters(redis),
        queue=SqsWorkQueue(sqs, express_url=config.EXPRESS_QUEUE_URL, standard_url=config.STANDARD_QUEUE_URL),
        alerts=alerts,
        clock=SystemClock(),
        deadline_s=config.DEADLINE_S,
    )
    closing = Closing(
        incidents=redis_store.RedisIncidents(
            redis, window_s=config.INCIDENT_WINDOW_S, record_ttl_s=config.RECORD_TTL_S
        ),
        log=redis_store.RedisVectorLog(redis, SystemClock(), window_s=config.INCIDENT_WINDOW_S),
        store=store,
        alerts=alerts,
        clock=SystemClock(),
        quiet_s=config.INCIDENT_QUIET_S,
    )
    digests = Digests(budgets=redis_store.RedisBudgets(redis), deliveries=deliveries, alerts=alerts)
    return looks_after_tickets, digests, closing


def api_keys(on_stale: Callable[[RouterError], None]) -> ApiKeys:
    """Build the authorizer's view of the keys; `on_stale` hears when an old copy stands in."""
    from ticketrouter.adapters.secrets import SecretsApiKeys
    from ticketrouter.adapters.system import SystemClock

    config = settings.load(settings.AuthorizerSettings)
    return SecretsApiKeys(_secrets(), config.API_KEYS_SECRET_ARN, clock=SystemClock(), on_stale=on_stale)


def redis_client(url: str, place: str, **options: Any) -> RedisClient:
    """Build the way to Redis.

    Args:
        url: With the password in it, so errors quote nothing of it.
        place: Names it in errors.
        options: Of `RedisClient`.

    Raises:
        MissingSettingError: It is no URL of a Redis.
    """
    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.adapters.system import SystemClock

    try:
        return RedisClient(url, SystemClock(), **options)
    except ValueError:  # quotes what it takes for the port: of a password with a slash, the part before it
        raise MissingSettingError(f"{place}: must be a Redis URL, the password percent-encoded") from None


@cache
def _secrets() -> SecretsProvider:
    from ticketrouter.adapters.secrets import secrets_provider

    return secrets_provider()


def _redis(secret_arn: str, **options: Any) -> RedisClient:
    from ticketrouter.adapters.secrets import renewed_text, secret_text

    url = secret_text(_secrets(), secret_arn)
    return redis_client(url, f"secret {secret_arn}", renew=lambda: renewed_text(secret_arn), **options)


def _destinations(parameter: str) -> Destinations:
    from ticketrouter.adapters.destinations import ParameterDestinations, parameters_provider

    return ParameterDestinations(parameters_provider(), parameter)


def _scorer(model_dir: str) -> tuple[GuardedScorer, Mapping[str, Any]]:
    """Load the bundle behind its breaker; the word list stands in, loudly, for one that is not what it says it is.

    A `categories.toml` beside its manifest replaces its categories.

    Raises:
        MissingSettingError: That file is against the rules.
    """
    from ticketrouter.adapters.onnx_scorer import OnnxScorer
    from ticketrouter.adapters.system import SystemClock
    from ticketrouter.adapters.timed_scorer import TimedScorer
    from ticketrouter.domain import categories, lexicon
    from ticketrouter.usecases.scoring import MAX_SELF_TEST_MISSES, GuardedScorer, WordScorer

    file = Path(model_dir, "categories.toml")
    own = categories.parse(file.read_bytes(), str(file)) if file.exists() else None
    guess = categories.guess_by_words(own.categories) if own else lexicon.guess_category
    clock = SystemClock()
    try:
        scorer = OnnxScorer(model_dir, own=own)
        misses = scorer.self_test()
        if misses:
            count(Metric.SELF_TEST_MISSES, misses)
            logger.error("the model misses its self-test on this machine", misses=misses)
        if misses <= MAX_SELF_TEST_MISSES:
            slow_ms = scorer.breaker_ms_per_ticket
            return GuardedScorer(TimedScorer(scorer, clock, slow_ms), clock, slow_ms, guess), scorer.manifest
    except ModelMismatchError as error:
        logger.error("the model cannot be used: the word list scores instead", code=error.code, detail=str(error))
    return GuardedScorer(WordScorer(guess), clock, guess=guess), {}
