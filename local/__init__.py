"""The local stack: `python -m local run` runs template.yaml on 127.0.0.1, without Docker, AWS or a network.

It reads the template and runs what stands there: functions, routes, queues, timeouts, batch sizes, environment. What
belongs to the router itself (rules, formats, Redis keys) must not live here; nothing imports this package but tests.

    template.yaml      template, sources, document, intrinsics, overrides  ->  plan (plain dataclasses)
    functions          functions -> runtime (a line of work) -> sandbox (one awslambdaric process) -> process
    HTTP in            gateway, routing, httpevent, authorizer, throttle
    queues and timers  poller, schedule
    services           emulator (SQS, secrets, parameters, CloudWatch), cache (Redis), resources, aws
    around it          sink (webhooks), destinations, keys, logs, emf, state (stack.json)
    all together       stack; commands/ is the command line
"""
