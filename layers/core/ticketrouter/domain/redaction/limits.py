"""How much a text may cost."""

from __future__ import annotations

# Of each kind of look-alike. A description of the greatest length (20,000 characters) hardly holds more: a text with
# more was made to cost time. From then on the look alone is enough, and rather too much is taken out than too little.
MAX_CHECKS = 500
