"""One story per function. Imports `domain` and `ports`, never an adapter, an event shape or the environment."""
