"""Measurements. Each module is one figure or a few: ``python -m bench.<name>``; ``make bench`` runs the short set."""
