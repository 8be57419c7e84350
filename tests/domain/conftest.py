"""Hypothesis for all domain tests: no deadline, because the machine is shared; the same examples every run in CI."""

from hypothesis import settings

settings.register_profile("shared", deadline=None, derandomize=True, max_examples=150, database=None)
settings.load_profile("shared")
