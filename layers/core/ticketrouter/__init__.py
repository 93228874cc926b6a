"""The ticket router's core package: the same code in the layer, the worker's image, the tests and the local stack."""
