"""The tent, the bicycle and the fishing licence: recommendation 4 of the guide, from the asking to the account of the year.

"De gemeente heeft een tent gekocht (kosten: € 100,-) … een fiets … een visvergunning …": small money, quickly, with four eyes
(a colleague decides with you whether it is well spent), and an account after a year of how it was spent.
"""

from provisions.access import Actor, Role
from provisions.database.connect import pooled
from provisions.domain import budget as figures
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Via
from provisions.domain.lines import BUDGET, RecordedLine, budget_line
from provisions.store.verification import verify
from provisions.views.budgets import Ledger, Ledgers
from tests.builders import CONFIG, Town, refusal

REF = "TR-2026-0042"


def being(code: str, role: Role) -> Actor:
    return Actor.of(code, [role], ["voorbeeldstad"], Via.WEB)


ANNE, BEN = being("regisseur.noord", Role.CASE_DIRECTOR), being("regisseur.zuid", Role.CASE_DIRECTOR)
LEAD = being("teamleider-1", Role.TEAM_LEAD)


def ledger(town: Town, year: int | None = None) -> Ledger:
    return Ledgers(pooled(town.database), CONFIG, town.clock).of(["voorbeeldstad"], year)[0]


def asked(town: Town, amount: str, what: str, why: str) -> tuple[str, str]:
    """What Anne asks: under which number it is decided on, and under which it is booked."""
    done = town.app.cases.ask_budget(REF, amount=amount, what=what, why=why, by=ANNE)
    return f"A-{done.approval}", f"B-{done.number}"


def test_the_tent_the_bicycle_and_the_fishing_licence(town: Town) -> None:
    # Monday 2 November, in office hours: Anne asks three things for one client, who becomes restless in one place for long.
    town.takes_in(REF, "id_document", director=ANNE.code, by=ANNE.code)
    tent, tent_money = asked(town, "300", "night", "less_stress")  # with the nights on a small camp site
    _, bicycle_money = asked(town, "150,00", "transport", "enable_treatment")
    licence, licence_money = asked(town, "49.95", "activity", "less_stress")
    town.on("2026-11-02 09:00")
    # Above € 250 the team lead is asked, below it the colleagues. How much and what for stands in the case, in no letter.
    letters = [letter for letter in town.letters if letter.subject.startswith("Akkoord gevraagd")]
    assert [letter.to for letter in letters] == [
        "teamleider@voorbeeldstad.example", "regisseurs@voorbeeldstad.example", "regisseurs@voorbeeldstad.example",
    ]  # fmt: skip
    assert not any("€" in letter.text or "vervoer" in letter.text for letter in letters)
    # It is reserved and not taken: three more may be asked as long as that is not more than the year has.
    assert (ledger(town).balance.left, ledger(town).balance.reserved) == (2_500_000, 49_995)
    assert ledger(town).balance.free == 2_500_000 - 49_995

    # Tuesday: the tent is refused, because there is a bed; it was no colleague's to decide.
    town.on("2026-11-03 10:00")
    assert "teamleider" in str(refusal(lambda: town.app.cases.deny(tent, because="te duur", by=BEN)))
    town.app.cases.deny(tent, because="er is een bed in de opvang", by=LEAD)
    # The others were asked once more this morning, since nobody had decided. Ben agrees; Anne can't with her own.
    again = [letter for letter in town.letters if "tweede keer" in letter.text]
    assert len(again) == 3
    town.app.cases.approve(bicycle_money, by=BEN)  # by either number
    own = refusal(lambda: town.app.cases.approve(licence, by=ANNE))
    assert isinstance(own, NotAllowed)
    assert "zelf gevraagd" in str(own)
    town.app.cases.approve(licence, by=BEN)
    town.on("2026-11-03 10:05")
    told = [letter.to for letter in town.letters if letter.subject.startswith("Uw vraag om akkoord")]
    assert told == ["regisseur.noord@voorbeeldstad.example"] * 3

    # Wednesday: both are paid. The bicycle was marked down: Anne corrects what she wrote, and books back the rest.
    town.on("2026-11-04 10:00")
    town.app.cases.budget_spent(bicycle_money, amount="150", by=ANNE)
    town.app.cases.budget_spent(licence_money, amount="49,95", by=ANNE)
    town.app.cases.budget_correct(bicycle_money, amount="135", because="met korting", by=ANNE)
    town.app.cases.budget_returned(bicycle_money, amount="15", because="met korting", by=ANNE)
    assert "er kan niets van worden uitgegeven" in str(
        refusal(lambda: town.app.cases.budget_spent(tent_money, amount="10", by=ANNE))
    )

    # How it stands: € 135 and € 49.95 of the year's € 25,000; nothing is asked any more.
    found = ledger(town)
    b = found.balance
    assert (b.taken, b.reserved, b.spent, b.returned, b.left) == (18_495, 0, 18_495, 1_500, 2_481_505)
    assert [(f"B-{one.entry.number}", one.entry.state.value) for one in found.booked] == [
        (licence_money, "approved"), (bicycle_money, "approved"), (tent_money, "denied"),
    ]  # fmt: skip
    shown = {one["number"]: one for one in town.app.views.case(REF).as_json()["budget"]}
    assert [(shown[n]["state"], shown[n]["spent"], shown[n]["returned"]) for n in (tent_money, bicycle_money)] == [
        ("denied", 0, 0), ("approved", 13_500, 1_500),
    ]  # fmt: skip

    # The record alone tells the same, names who asked and who agreed, and agrees with what is stored.
    said = [line for line in town.app.views.audit(REF) if line.what in BUDGET]
    lines = [budget_line(RecordedLine(0, x.at, x.by, x.what, None, x.data)) for x in said]
    assert figures.balance(figures.entries(lines).values(), 2026, 2_500_000) == b
    agreed = next(line for line in said if line.what == "budget.approved")
    assert (agreed.by, agreed.data["approved_by"]) == (ANNE.code, BEN.code)
    with town.database.connect() as connection:
        assert verify(connection).faults == []

    # After the year, the account by purpose: twice is too few to be told of, until five more clients went fishing.
    assert [(p.what, p.times, p.taken) for p in found.account] == [("transport", None, None), ("activity", None, None)]
    assert found.whole is None
    for _ in range(5):
        _, money = asked(town, "49,95", "activity", "less_stress")
        town.app.cases.approve(money, by=BEN)
    town.on("2027-01-04 09:00")
    last = ledger(town, 2026)
    assert [(p.what, p.times, p.taken) for p in last.account] == [("transport", None, None), ("activity", None, None)]
    assert last.whole == (7, 43_470), "of six and of one neither may be told: the one would follow"
    assert (ledger(town).balance.taken, ledger(town).balance.left) == (0, 2_500_000), (
        "a new year, and all of it is there"
    )
