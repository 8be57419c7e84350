"""Who may do what: pure, and one readable list.

``roles`` says who somebody is (an ``Actor``), ``rights`` what each role may do and about which cases. The list itself is
``config/rights.toml``. No database, no clock, no front: the same answer for the web, a link, the case system and Prefect.
"""

from provisions.access.rights import Reach, Right, Rights, Subject, UseCase, Verdict
from provisions.access.roles import Actor, Grant, Role

__all__ = ["Actor", "Grant", "Reach", "Right", "Rights", "Role", "Subject", "UseCase", "Verdict"]
