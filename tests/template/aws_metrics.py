"""Metrics of AWS that our alarms and dashboard may name: namespace -> (names, dimensions).

Only what is documented; a name that AWS does not know is no error there, only a line that stays empty for ever.
"""

from __future__ import annotations

KNOWN: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    # Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": (
        frozenset(
            {
                "ApproximateAgeOfOldestMessage",
                "ApproximateNumberOfMessagesDelayed",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesVisible",
                "NumberOfEmptyReceives",
                "NumberOfMessagesDeleted",
                "NumberOfMessagesReceived",
                "NumberOfMessagesSent",
                "SentMessageSize",
            }
        ),
        ("QueueName",),
    ),
    # Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": (
        frozenset({"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "DeadLetterErrors"}),
        ("FunctionName",),
    ),
    # Of HTTP APIs; REST APIs call them 4XXError and 5XXError, with the dimension ApiName.
    # Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    "AWS/ApiGateway": (
        frozenset({"4xx", "5xx", "Count", "IntegrationLatency", "Latency", "DataProcessed"}),
        ("ApiId",),
    ),
    # Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    "AWS/Logs": (frozenset({"IncomingBytes", "IncomingLogEvents"}), ("LogGroupName",)),
}
