"""How much the router carries (`python -m local load`): an open-loop generator, and what is measured with it.

Arrivals are scheduled before the first request, and each latency counts from the *scheduled* time: a slow answer
neither slows the load nor hides the wait of those behind it (no "coordinated omission").
"""
