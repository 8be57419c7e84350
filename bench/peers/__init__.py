"""What the product is measured against: each does the same work by its own public API, in a process of its own.

``python -m bench.peers.<name> start|due …`` with the interpreter of ``.venv-bench`` (``make .venv-bench/.installed``),
Prefect with our own.
"""
