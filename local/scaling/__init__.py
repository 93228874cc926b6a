"""Which limit is met first when tickets become many (`python -m local scale`): formulas over what was measured.

Nobody has run it at these rates. What a ticket takes is measured (docs/load-report.json), what there is of it is AWS's
and the template's, and the rest is arithmetic; the burst is a simulation.
"""
