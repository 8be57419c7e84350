"""What the guide promises, decided without a clock, a database or a network.

Only the standard library and python-dateutil are imported here; a test says so. Time is always an argument.
"""
