"""What a notice of default means in days, and what it costs where that is named (``[notice_of_default]``)."""

from provisions.catalogue.entry import Entry
from provisions.domain import dutch
from provisions.domain.rules import NoticeRule, PenaltyStep

NOTICE = "notice_of_default"


def read_notice(root: Entry) -> NoticeRule:
    """As shipped where the file says nothing of it. Faults are collected in ``root``."""
    shipped, entry = NoticeRule(), root.table(NOTICE, optional=True)
    if entry is None:
        return shipped
    penalty = entry.table("penalty", optional=True)
    rule = NoticeRule(
        after=entry.term("term") or shipped.after,
        roll=entry.flag("roll", default=shipped.roll),
        days=entry.number("days", default=shipped.days),
        article=entry.text("article", default=shipped.article),
        steps=tuple(_step(inner) for inner in penalty.tables("steps")) if penalty else (),
        year=penalty.number("year") if penalty else 0,
        source=penalty.text("source") if penalty else "",
    )
    if rule.days < 1:
        entry.fault("days", "0 is geen aantal dagen.", "Vul ten minste 1 in.")
    if penalty is not None:
        covered = sum(step.days for step in rule.steps)
        if rule.steps and covered != rule.days:
            remedy = "Laat de dagen van steps samen evenveel zijn als days."
            penalty.fault("steps", f"de bedragen gelden voor {covered} van de {dutch.days(rule.days)}.", remedy)
        penalty.done()
    entry.done()
    return rule


def _step(entry: Entry) -> PenaltyStep:
    step = PenaltyStep(entry.number("days"), entry.text("amount"))
    entry.done()
    return step
