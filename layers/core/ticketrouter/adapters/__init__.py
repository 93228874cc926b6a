"""One outside library each, behind a port. Library exceptions end here, as errors of `domain.errors`."""
