"""The menu: every room of the workplace in the order in which people need them (web.md, "Pages").

A line is shown to whoever may open its page, once a room of pages answers at its address.
"""

from collections.abc import Collection
from dataclasses import dataclass

from provisions.access import UseCase
from provisions.usecases.seeing import Seeing


@dataclass(frozen=True)
class Entry:
    """A line of the menu. ``needs``: it is for whoever may do one of these; nothing: for everybody who is signed in."""

    address: str
    label: str
    needs: tuple[UseCase, ...] = ()


RUNS = "/prefect/runs"
MENU = (
    Entry("/werk", "Mijn werk"),
    Entry("/clienten", "Cliënten", (UseCase.SEE_CASE,)),
    Entry("/nieuw", "Nieuw traject", (UseCase.INTAKE,)),
    Entry("/te-laat", "Te laat", (UseCase.SEE_CASE,)),
    Entry("/meekijken", "Meekijken", (UseCase.APPROVE, UseCase.APPROVE_SMALL_BUDGET)),
    Entry("/maatwerkbudget", "Maatwerkbudget", (UseCase.BUDGET,)),
    Entry("/kengetallen", "Kengetallen", (UseCase.LIVING,)),
    Entry("/bord", "Bord", (UseCase.SEE_BOARD,)),
    Entry("/tafel", "Tafel", (UseCase.ANSWER,)),
    Entry("/maatwerkloket", "Maatwerkloket", (UseCase.SUBMIT,)),
    Entry("/vannacht", "Vannacht", (UseCase.SEE_TONIGHT, UseCase.SEE_TONIGHT_WITH_REASON)),
    Entry("/ingebracht", "Ingebracht", (UseCase.BRING_IN, UseCase.DECIDE)),
    Entry("/rapporten", "Rapporten", (UseCase.SEE_REPORTS,)),
    Entry(RUNS, "Runs", (UseCase.SEE_RUNS,)),
    Entry("/verantwoording", "Verantwoording", (UseCase.SEE_LOOKS, UseCase.SEE_RECORD)),
    Entry("/beheer", "Beheer", (UseCase.PEOPLE,)),
)


def menu_of(seen: Seeing, answered: Collection[str]) -> list[Entry]:
    """The lines for this person, of the addresses that are ``answered`` at all."""
    return [
        entry
        for entry in MENU
        if entry.address in answered and (not entry.needs or any(seen.may(use_case) for use_case in entry.needs))
    ]
