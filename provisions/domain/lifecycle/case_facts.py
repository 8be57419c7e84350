"""How contact goes, and what municipality and counter call the case (domain.md, "What happens in a life", rule 16)."""

from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_awake, must_be_open_case, provision_of
from provisions.domain.monitor import first_of_quarter
from provisions.domain.rules import CodeList


def contact(case: Case, code: str, moment: Moment) -> Decision:
    """Contact goes in another way from now on; each request says so.

    Raises ``InvalidInput`` for an unknown code, ``NotAllowed`` when it goes that way already.
    """
    must_be_open_case(case)
    must_be_awake(case, moment)
    known = known_code(code, CodeList.CONTACT, "manier van contact", moment)
    if case.contact == code:
        raise NotAllowed(f"In traject {case.reference} staat al: {known}. Er is niets te veranderen.")
    draft = Draft(replace(case, contact=code), moment)
    draft.note("case.contact", f"contact: {known}", code=code)
    return draft.done()


def living(
    case: Case, situation: str, moment: Moment, on: date, *, losing_place: bool | None = None, wlz: str | None = None
) -> Decision:
    """Where the client sleeps since day ``on``, or that it is still so on that day.

    ``losing_place``: whether that place is lost within three months; not said, it stays as it was for the same place, and is
    unknown for another. ``wlz``: not said, it stays as it was. Also of a case at rest. Raises ``InvalidInput`` for an unknown
    code, or a day before the last one of which this was said.
    """
    must_be_open_case(case)
    known_code(situation, CodeList.LIVING, "plek waar iemand verblijft", moment)
    wlz = case.wlz if wlz is None else wlz
    known_code(wlz, CodeList.WLZ, "soort Wlz", moment)
    last = case.lived[-1]
    not_before("Waar de cliënt slaapt", on, (last.on, "de dag waarop dit het laatst is vastgelegd"))
    if losing_place is None and situation == case.living:
        losing_place = case.losing_place
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(
        draft.case,
        living=situation,
        losing_place=losing_place,
        wlz=wlz,
        living_on=on,
        earlier_living=(*case.earlier_living, last),
    )
    still = (situation, losing_place, wlz) == (case.living, case.losing_place, case.wlz)
    draft.note(
        "case.living",
        f"vastgelegd waar de cliënt slaapt, op {dutch.dutch_date(on)}{' (nog steeds zo)' if still else ''}",
        on=on.isoformat(),
        living=situation,
        losing_place=losing_place,
        wlz=wlz,
    )
    return draft.done()


def still_so(case: Case, moment: Moment) -> Decision:
    """Where the client sleeps, whether that place is lost, and Wlz are still so today: said once a quarter.

    Raises ``NotAllowed`` when it was said in this quarter.
    """
    last = case.lived[-1]
    if last.on >= first_of_quarter(moment.today):
        raise NotAllowed(
            f"In traject {case.reference} is dit kwartaal al gezegd waar de cliënt slaapt, op {last.on.isoformat()}. Is er iets "
            "veranderd, leg dan vast wat er nu zo is."
        )
    return living(case, case.living, moment, moment.today, losing_place=case.losing_place, wlz=case.wlz)


def number(case: Case, key: ProvisionKey | None, said: str | None, moment: Moment) -> Decision:
    """What the municipality calls the case, or with ``key`` what the counter calls it; ``None``: no number any more.

    Raises ``NotAllowed`` when that is on record already.
    """
    known = case.own_number if key is None else provision_of(case, key).their_number
    if said == known:
        about = case.reference if key is None else f"{case.reference} bij '{key}'"
        there = f"al nummer {known}" if known else "geen nummer"
        raise NotAllowed(f"In traject {about} staat {there}. Er is niets te veranderen.")
    draft = Draft(case, moment)
    if key is None:
        draft.case = replace(case, own_number=said)
    else:
        draft.case = case.with_provision(replace(provision_of(case, key), their_number=said))
    note_number(draft, key, said)
    return draft.done()


def note_number(draft: Draft, key: ProvisionKey | None, said: str | None) -> None:
    """The number itself is no part of the chain: it is forgotten with the case."""
    whose = "zaaknummer van de gemeente" if key is None else "nummer van het loket"
    what = "case.number" if key is None else "provision.number"
    draft.note(what, f"{whose} {'vastgelegd' if said else 'weggehaald'}", key, note=said, given=said is not None)


def known_code(code: str, of: CodeList, what: str, moment: Moment) -> str:
    """What a code means. Raises ``InvalidInput`` with the whole list for one that the catalogue does not have."""
    codes = moment.catalogue.codes[of]
    if code not in codes:
        raise InvalidInput(f"'{code}' is geen {what}. Kies uit: {', '.join(codes)}.")
    return codes[code]


def refuse_unknown(case: Case, moment: Moment) -> None:
    """Raise ``InvalidInput`` for a code of the intake that the catalogue does not have."""
    known_code(case.living, CodeList.LIVING, "plek waar iemand verblijft", moment)
    known_code(case.wlz, CodeList.WLZ, "soort Wlz", moment)
    known_code(case.contact, CodeList.CONTACT, "manier van contact", moment)
