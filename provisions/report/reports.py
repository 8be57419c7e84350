"""The use cases of the report: give it for a week, and freeze and send what is due."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import count
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.errors import InvalidInput
from provisions.domain.figures.history import History
from provisions.domain.messages import MessageKind
from provisions.domain.weeks import Week
from provisions.report.build import LOOK_BACK, Report, build, past_week
from provisions.report.source import case_facts
from provisions.store import channel, figures, outbox
from provisions.store import reports as stored
from provisions.store.brought_in import before_the_group

SENT_AT = time(7)  # on Monday, Amsterdam's clock
MARGIN = timedelta(days=1)  # what was recorded just before a report may have been committed just after it


class Reports:
    """The reports of one database. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def of_week(self, week: Week | None = None) -> Report:
        """The report of ``week`` (the last one that is over by default): frozen when it was sent, else computed now.

        Raises ``InvalidInput`` for a week that has not begun.
        """
        now = self._clock()
        week = week or past_week(day_of(now))
        if week.monday > day_of(now):
            raise InvalidInput(
                f"Week {week} begint pas op {week.monday.isoformat()}. Kies een week tot en met {Week.of(day_of(now))}."
            )
        with self._engine.connect() as connection:
            sent = stored.sent(connection, str(week), now)
            if sent is not None:
                report: Report = sent
                return report
            history = self._history(connection, week, now)
            frozen = _frozen(connection, history.since, now)
            return build(history, week, self._config, now, frozen, before_the_group(connection))

    def due_weeks(self) -> list[Week]:
        """The weeks whose report should have been sent by now and was not, oldest first.

        The first report covers the week in which the first provision started; each is sent on the Monday after it.
        """
        with self._engine.connect() as connection:
            return self._due_weeks(connection, self._clock())

    def send_due(self) -> list[Week]:
        """Freeze each report that is due and put its mail in the outbox; the weeks that were.

        Safe to call at any time and from several processes: a week is frozen and mailed once.
        """
        if not self.due_weeks():
            return []
        now = self._clock()
        with self._engine.begin() as connection:
            stored.hold_sending(connection)
            weeks = self._due_weeks(connection, now)
            if not weeks:
                return []
            history = self._history(connection, weeks[0], now)
            frozen = _frozen(connection, history.since, now)
            asked = before_the_group(connection)
            for week in weeks:
                report = {**build(history, week, self._config, now, frozen, asked), "frozen": True}
                frozen[week] = report
                self._freeze(connection, week, report, now)
            channel.notify(connection)
        return weeks

    def _history(self, connection: Connection, week: Week, now: datetime) -> History:
        """The figures that the report of ``week`` and later ones are made of."""
        since = week.plus(-LOOK_BACK)
        made = stored.last_made(connection, now)
        if made is not None:
            changed = figures.earliest_change(connection, made - MARGIN, self._config.catalogue.uncounted)
            since = min(since, Week.of(changed)) if changed else since
        history = History(self._config.catalogue.provisions, day_of(now), since)
        for case in case_facts(connection, self._config.catalogue, since.monday):
            history.add(case)
        for day in figures.taken_out(connection, self._config.catalogue.uncounted):
            history.take_out(day)
        return history

    def _due_weeks(self, connection: Connection, now: datetime) -> list[Week]:
        first = stored.first_start(connection)
        recorded = stored.first_record(connection)
        monday = _last_monday(now)
        if first is None or recorded is None or monday < recorded:
            return []  # nothing was known on the last Monday: no report was missed
        sent = stored.last_week_sent(connection, now)
        since = Week.parse(sent).plus(1) if sent else Week.of(first)
        return [Week(number) for number in range(since.number, Week.of(monday.date()).number)]

    def _freeze(self, connection: Connection, week: Week, report: Report, now: datetime) -> None:
        words = {"kind": MessageKind.REPORT.value, "detail": str(week), "created": now, "next_try": now}
        # One that a clock mailed ahead of its time is mailed anew; the number of messages of one week has no other reason.
        message = next(one for n in count() if outbox.add(connection, one := message_id(week, n), **words))
        from provisions.report.mail import prepared  # charts and a page: once a week, and four megabytes of an engine

        outbox.add_content(connection, message, prepared(report, self._config))
        stored.freeze(connection, str(week), report, now, message)


def message_id(week: Week, again: int = 0) -> UUID:
    """Follows from the week, so that the same report can't be mailed twice; ``again``: how often it was made before."""
    return uuid5(NAMESPACE_URL, f"provisions:report/{week}" + (f"/{again}" if again else ""))


def _last_monday(now: datetime) -> datetime:
    """The last Monday morning on which a report was to be sent."""
    local = now.astimezone(AMSTERDAM)
    monday = datetime.combine(Week.of(local.date()).monday, SENT_AT, AMSTERDAM)
    return monday if monday <= local else datetime.combine(past_week(local.date()).monday, SENT_AT, AMSTERDAM)


def _frozen(connection: Connection, since: Week, now: datetime) -> dict[Week, Report]:
    """What was sent by ``now`` of the weeks from ``since`` on."""
    return {Week.parse(week): figures for week, figures in stored.sent_since(connection, str(since), now).items()}
