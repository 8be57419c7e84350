"""A year ahead of the facts: invented clients, taken through the real rules in simulated time.

``scenario`` reads a TOML file, ``draw`` makes of it what happens to each client, ``life`` lets that happen through
``provisions.domain.lifecycle``, ``run`` counts it with the report's own figures and sets what-ifs beside the base. No database,
no clock. Why it is modelled as it is: ``docs/decisions/0031-simulation.md``.
"""
