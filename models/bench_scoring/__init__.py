"""`make bench-scoring`: our scorer against the classic pipeline, in one run on one machine, in one table.

The classic pipeline is what the prior systems run: the zero-shot pipeline of transformers with BART-large and its
sentiment pipeline with DistilBERT, PyTorch on the CPU in fp32. Its weights are random, since speed does not depend on
them: no model hub is needed.

Each side runs in a process of its own (`child.py`), the two take turns, so that a noisy machine hits both, and what is
quoted are medians. Ours runs in the folder that the worker's image would hold (`footprint.py`), not in an environment
with everything that is installed for tests.
"""
