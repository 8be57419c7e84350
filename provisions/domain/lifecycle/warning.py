"""Warning beforehand (voorwaarschuwing): who is to hear that a day comes near (domain.md, "What happens in a life", rule 4)."""

from dataclasses import replace

from provisions.domain import dutch
from provisions.domain.calendar import first_moment
from provisions.domain.case import ProvisionKey, Warned
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.messages import MessageKind
from provisions.domain.rules import WarningTo
from provisions.domain.warnings import AND_DAY, WarningDue, warnings_ahead


def warn(draft: Draft, key: ProvisionKey) -> None:
    """Give each warning that is due. Where the day became known so late that several are due at once, only the highest of them,
    which names the others. Once the day has come there is nothing to warn for.
    """
    ahead = warnings_ahead(draft.situation(key), draft.moment.catalogue)
    due = [warning for warning in ahead if warning.at <= draft.moment.now]
    if not due:
        return
    provision, day = draft.case.provisions[key], due[0].day
    if first_moment(day) <= draft.moment.now:
        _pass_over(draft, key, list(ahead))
    elif any(warned.day == day for warned in provision.warnings):
        for warning in due:  # known for longer: what was missed follows in order
            _give(draft, key, warning)
    else:
        _give(draft, key, due[-1], due[:-1])


def _give(draft: Draft, key: ProvisionKey, warning: WarningDue, others: list[WarningDue] | None = None) -> None:
    """``others``: warnings below it, which are given no more."""
    rule, detail = warning.rule, f"{warning.rule.name}{AND_DAY}{warning.day.isoformat()}"
    own = draft.send(MessageKind.WARNED, key, detail)
    message = own if rule.to is WarningTo.CASE_DIRECTOR else draft.send(MessageKind.WARNING, key, detail)
    to_judge = rule.to is WarningTo.CENTRAL_DESK and draft.moment.catalogue.central_desk
    _keep(draft, key, [*[(one, None) for one in others or ()], (warning, message)], to_judge=to_judge)
    draft.note(
        "warning.given",
        f"voorwaarschuwing voor {dutch.dutch_date(warning.day)}: {rule.title}",
        key,
        message=message,
        name=rule.name,
        day=warning.day.isoformat(),
        others=[one.rule.name for one in others] if others else None,
        to_judge=to_judge or None,
    )
    if message != own:
        told = "regisseur laten weten wie er is gewaarschuwd"
        draft.note("message.requested", told, key, message=own, kind=MessageKind.WARNED.value)


def _pass_over(draft: Draft, key: ProvisionKey, warnings: list[WarningDue]) -> None:
    _keep(draft, key, [(warning, None) for warning in warnings])
    draft.note(
        "warning.passed",
        f"geen voorwaarschuwing meer: {dutch.dutch_date(warnings[0].day)} is er",
        key,
        day=warnings[0].day.isoformat(),
        others=[warning.rule.name for warning in warnings],
    )


def _keep(
    draft: Draft, key: ProvisionKey, given: list[tuple[WarningDue, str | None]], *, to_judge: bool = False
) -> None:
    """``to_judge``: the last of them."""
    provision, now = draft.case.provisions[key], draft.moment.now
    warned = [Warned(one.rule.name, one.day, now, message) for one, message in given]
    warned[-1] = replace(warned[-1], to_judge=to_judge)
    draft.change(replace(provision, warnings=(*provision.warnings, *warned)))
