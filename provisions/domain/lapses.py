"""Why a message has nothing to say any more when it is to go out, as it stands in the record; empty: it has.

Each kind of message (``messages.py``) names one of these.
"""

from dataclasses import dataclass
from datetime import date

from provisions.domain import deadlines, graph
from provisions.domain.case import Asked, Case, Provision, Status
from provisions.domain.deadlines import Situation
from provisions.domain.renewals import ToTheSame
from provisions.domain.rules import Catalogue, OutcomeName
from provisions.domain.signals import has_arrived, is_still_so
from provisions.domain.warnings import AND_DAY, warned_day

NEW_DAY, ENDED = "new_day", "ended"  # what another recorded, besides an outcome


@dataclass(frozen=True)
class Concern:
    """What a message is about, as it is when the message is to go out.

    ``detail``: the rung, the follow-up's name, what was undone, or the code of a case director. ``municipality``: whose counter
    it is for.
    ``settled``: the last that this table got says that it is done.
    ``asked``: the last letter that this counter got about the provision asks something of it, and was not taken back; of a desk
    that it was asked at all. ``asked_with_it``: the desk was asked after this was decided on, for the day that is warned for now.
    """

    case: Case
    provision: Provision
    catalogue: Catalogue
    municipality: str
    detail: str | None = None
    asked: bool = False
    asked_with_it: bool = False
    settled: bool = False

    @property
    def moved(self) -> bool:
        """Whether the provision is with another municipality than the one whose counter this is."""
        return self.municipality != self.case.municipality_of(self.provision.id)


def never(_: Concern) -> str:
    """It always has something to say."""
    return ""


def asked_for_nothing(about: Concern) -> str:
    """A request, when what it asks for is there or nobody needs it any more."""
    if about.provision.status is Status.DELIVERED:
        return "de voorziening is al geregeld"
    if about.moved or about.provision.status is Status.HANDED_OVER:
        return "de inwoner is verhuisd"
    return "" if about.provision.status.is_open else "de voorziening is niet meer nodig"


def asked_already(about: Concern) -> str:
    """A request, when this counter knows of it already."""
    knows = about.asked and about.detail != OutcomeName.DELIVERED.value
    return asked_for_nothing(about) or ("het loket weet niet beter dan dat het gevraagd is" if knows else "")


def asked_nothing_yet(about: Concern) -> str:
    """What takes a request back, when this counter never got one."""
    return "" if about.asked else "het loket is hier niets gevraagd"


def needed_after_all(about: Concern) -> str:
    """What takes a request back, when it stands again."""
    if about.provision.status.is_open:
        return "de voorziening is toch nodig"
    if about.provision.status is Status.DELIVERED:
        return "de voorziening is geregeld"
    return asked_nothing_yet(about)


def not_moved(about: Concern) -> str:
    """What tells a counter that the case moved, when it did not."""
    if about.moved or about.provision.status is Status.HANDED_OVER:
        return asked_nothing_yet(about)
    return "de inwoner is terug in deze gemeente"


def handed_over_already(about: Concern) -> str:
    """A handover that was begun, when it was decided on."""
    if about.case.closed is not None:
        return "het traject is afgesloten"
    return "" if about.case.handover_pending else "over de overdracht is al beslist"


def not_accepted(about: Concern) -> str:
    """A handover that was accepted, when that was undone."""
    handover = about.case.handover
    return "" if handover and handover.accepted else "de overdracht geldt niet meer"


def begun_anew(about: Concern) -> str:
    """A handover that was declined, when another one was begun."""
    return "de overdracht is opnieuw begonnen" if about.case.handover else ""


def not_delivered(about: Concern) -> str:
    """What is ready, when it is not."""
    return "" if about.provision.status is Status.DELIVERED else "de voorziening is toch niet geregeld"


def closed(about: Concern) -> str:
    """What is about an open provision, when it is closed."""
    return "" if about.provision.status.is_open else "de voorziening is al afgesloten"


def there_is_a_bed(about: Concern) -> str:
    """What asks for a bed for tonight, when it is closed or the client sleeps inside."""
    return closed(about) or ("de cliënt is er" if has_arrived(about.provision) else "")


def no_day_to_come(about: Concern) -> str:
    """What is about a day to come, whichever that is by now, when there is none."""
    if warned_day(about.provision) is None or about.provision.status is Status.HANDED_OVER:
        return closed(about) or "er is geen dag meer om voor te waarschuwen"
    return ""


def another_day_by_now(about: Concern) -> str:
    """A warning, when the day that it warns for is no longer the one."""
    day = warned_day(about.provision)
    same = day is not None and (about.detail or "").endswith(f"{AND_DAY}{day.isoformat()}")
    return no_day_to_come(about) or ("" if same else "het is een andere dag geworden")


def not_so_any_more(about: Concern) -> str:
    """A signal, when what it says is no longer so."""
    name = (about.detail or "").partition(AND_DAY)[0]
    rule = next((rule for rule in about.catalogue.signals if rule.name == name), None)
    so = rule is None or is_still_so(about.provision, rule.about)
    return "" if so else "er is intussen een antwoord of een plek, of het is niet meer nodig"


def nothing_to_waive(about: Concern) -> str:
    """An offer to start without it, when nothing waits for it."""
    waiting = graph.dependents(about.provision.key, about.case, about.catalogue.provisions)
    return "" if waiting else "er wacht niets meer op"


def no_such_follow_up(about: Concern) -> str:
    """A follow-up of a provision, when it is done or lapsed."""
    open_ = any(f.name == about.detail and f.is_open for f in about.provision.follow_ups)
    return "" if open_ else "de vervolgactie is al afgerond of vervallen"


def open_again(about: Concern) -> str:
    """What is settled, when it is open again."""
    return "het loopt toch door" if about.provision.status.is_open else ""


def settled_already(about: Concern) -> str:
    """What is settled, when it is open again, or its table knows."""
    return open_again(about) or ("er is al geschreven dat het klaar is" if about.settled else "")


def still_settled(about: Concern) -> str:
    """What is open after all, when it is not, or nobody wrote that it was done."""
    return closed(about) or ("" if about.settled else "er is niet geschreven dat het klaar was")


def not_refused(about: Concern) -> str:
    """A refusal, when it is none any more."""
    return "" if about.provision.status is Status.REFUSED else "het is niet meer afgewezen"


def _due(about: Concern) -> date | None:
    end = deadlines.due(Situation.of(about.case, about.provision.id, about.catalogue))
    return end.due if end else None


def _old_day_again(about: Concern) -> str:
    due = _due(about)
    same = due is not None and about.detail == due.isoformat()
    return "de uiterste datum is weer wat hij was" if same else ""


def same_day_as_before(about: Concern) -> str:
    """A new day, when it is the old one again, or this counter has nothing to do for it."""
    return _old_day_again(about) or asked_for_nothing(about) or asked_nothing_yet(about)


def same_day_for_desk(about: Concern) -> str:
    """The same, for a desk that looks for a place from that day; or when what asked it left later, and said this day."""
    if why := closed(about) or _old_day_again(about):
        return why
    if not about.asked:
        return "het centrale loket is hier nog niets gevraagd"
    said = about.asked_with_it and _due(about) == warned_day(about.provision)
    return "het centrale loket is al voor deze datum gevraagd" if said else ""


def not_answered(about: Concern) -> str:
    """The answer of a table, when it was taken back."""
    if any(rung.name == about.detail and rung.answer for rung in about.provision.rungs):
        return ""
    return "het antwoord geldt niet meer"


def not_with_it_any_more(about: Concern) -> str:
    """What went to a table, when it is settled, answered, or with a higher one: of each of these there is a letter too."""
    rung = next((rung for rung in about.provision.rungs if rung.name == about.detail), None)
    if rung is None or not about.provision.status.is_open:
        return closed(about) or "het ligt niet meer bij die tafel"
    if any(other.name.height > rung.name.height for other in about.provision.rungs):
        return "het ligt intussen een stap hoger"
    return "de tafel heeft al geantwoord" if rung.answer else ""


def nothing_to_decide_for(about: Concern) -> str:
    """What a table decided for a counter, when that has nothing to do any more."""
    return asked_for_nothing(about) or not_answered(about)


def not_said(about: Concern) -> str:
    """What a counter or table said, when it was taken back."""
    return (
        "" if any(reply.said == about.detail for reply in about.provision.replies) else "het antwoord geldt niet meer"
    )


def promised_otherwise(about: Concern) -> str:
    """The reminder of a promised day, when that is there already, or another day was named."""
    promised = about.provision.promised
    if promised is None or promised.isoformat() != about.detail:
        return "het loket noemde intussen een andere dag, of zei dat het niet lukt"
    return asked_for_nothing(about)


def answered_already(about: Concern) -> str:
    """A link that was asked for anew, when what it is for was answered."""
    rung = ToTheSame.of(about.detail).rung
    climbed = about.provision.rung(rung) if rung else None
    if climbed is not None and (climbed.answer is not None or climbed.submitted is not None):
        return "de vraag is al beantwoord"
    return asked_for_nothing(about)


def another_by_now(case: Case, director: str | None) -> str:
    """The letter to a new director has nothing to say when another one came after."""
    return "" if case.director == director else "een ander is intussen regisseur"


def back_again(case: Case, director: str | None) -> str:
    """The letter to the former director, when that one is director again."""
    return "de regisseur is toch dezelfde gebleven" if case.director == director else ""


def as_it_was(about: Concern) -> str:
    """What another recorded was taken back before the director was told."""
    if about.detail in (OutcomeName.DELIVERED.value, OutcomeName.WITHDRAWN.value, ENDED):
        return open_again(about)
    return closed(about)


def nothing_to_do_for_case(case: Case, name: str | None) -> str:
    """A follow-up of a case, when it is done or lapsed."""
    open_ = any(f.name == name and f.is_open for f in case.follow_ups)
    return "" if open_ else "de vervolgactie is al afgerond of vervallen"


def decided_on(case: Case, number: str | None) -> str:
    """What a second person is asked, when it was decided or lapsed."""
    asked = any(str(a.number) == number and a.state is Asked.ASKED for a in case.approvals)
    return "" if asked else "er is al over beslist, of het is vervallen"


def awake(case: Case, _: str | None) -> str:
    """A case put at rest, when it was woken."""
    return "" if case.rests and case.rests[-1].woken is None else "het traject is niet meer uit beeld"


def at_rest_again(case: Case, _: str | None) -> str:
    """A case that was woken, when it is at rest again, or closed."""
    if case.closed is not None:
        return "het traject is afgesloten"
    return "het traject is weer uit beeld" if case.rests and case.rests[-1].woken is None else ""
