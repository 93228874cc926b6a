"""Numbers of SQS and of Lambda's SQS event sources.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

DEFAULT_BATCH = 10
DEFAULT_VISIBILITY_S = 30
DEFAULT_RETENTION_S = 345_600
LONG_POLL_S = 20
MAX_PER_RECEIVE = 10
VISIBILITY_FACTOR = 6  # visibility timeout = 6 x the function's timeout, plus the batching window
