"""Who may do what: pure, and one readable list.

``roles`` says who somebody is (an ``Actor``), ``people`` whom an organisation knows, ``rights`` what each role may do and
about which cases. The list itself is ``config/rights.toml``. No database, no clock, no front: the same answer for the web, a
link, the case system and Prefect.
"""

from provisions.access.people import NOBODY_LISTED, Directory, Listed, WithAccounts, holding, is_assigned, must_hold
from provisions.access.reasons import Given, Reason
from provisions.access.rights import Reach, Right, Rights, Subject, UseCase, Verdict
from provisions.access.roles import MACHINE, Actor, Grant, Role

__all__ = [
    "MACHINE",
    "NOBODY_LISTED",
    "Actor",
    "Directory",
    "Given",
    "Grant",
    "Listed",
    "Reach",
    "Reason",
    "Right",
    "Rights",
    "Role",
    "Subject",
    "UseCase",
    "Verdict",
    "WithAccounts",
    "holding",
    "is_assigned",
    "must_hold",
]
