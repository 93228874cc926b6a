"""The local stack: `python -m local run` runs template.yaml on 127.0.0.1, without Docker, AWS or a network.

It reads the template and runs what stands there: functions, routes, queues, timeouts, batch sizes, environment. What
belongs to the router itself (rules, formats, Redis keys) must not live here; nothing imports this package but tests.

    template   template.yaml -> plain dataclasses          runtime    Lambda Runtime API, awslambdaric processes
    gateway    HTTP API: routes, events, authorizer        poller     SQS event sources; schedule: timers
    emulator   SQS, Secrets Manager, SSM, CloudWatch       cache      Redis
    sink       receives and verifies webhooks              stack      starts all of it, and stops it
"""
