"""Why something is not there yet (domain.md, "What happens in a life", rule 11): a code, for our own database and the report."""

from dataclasses import replace

from provisions.domain import deadlines, dutch
from provisions.domain.case import Case, Cause, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of
from provisions.domain.rules import CodeList


def why(case: Case, key: ProvisionKey, code: str, moment: Moment) -> Decision:
    """Why it is not there yet, or why it came late; what is said last counts.

    Raises ``InvalidInput`` for an unknown code, ``NotAllowed`` for what is closed and was never late.
    """
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    if not provision.status.is_open and not deadlines.is_breached(draft.situation(key), moment.now):
        raise NotAllowed(
            f"'{key}' in traject {case.reference} is {dutch.STATUS[provision.status]} en was niet te laat; daar hoort geen "
            "oorzaak bij."
        )
    note_cause(draft, key, code)
    return draft.done()


def note_cause(draft: Draft, key: ProvisionKey, code: str | None) -> None:
    """Note the cause that was given with something else, where one was. Nobody sees another run or letter because of it."""
    if code is None:
        return
    codes = draft.moment.catalogue.codes[CodeList.CAUSE]
    if code not in codes:
        raise InvalidInput(f"'{code}' is geen oorzaak. Kies uit: {', '.join(codes)}.")
    provision, today = draft.case.provisions[key], draft.moment.today
    draft.case = draft.case.with_provision(replace(provision, causes=(*provision.causes, Cause(code, today))))
    draft.note("provision.cause", f"waarom nog niet: {codes[code]}", key, code=code, on=today.isoformat())
