"""Before and after a run."""
