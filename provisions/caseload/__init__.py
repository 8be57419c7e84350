"""The example caseload of ``provisions demo``: twenty-two invented clients and what happened to them in the past five weeks.

``example.toml`` tells the stories, ``script`` turns them into dated events, ``replay`` carries those out through the same
use cases that people use, with a clock that travels.
"""
