"""What a letter says of the course of things, from the record only: what was tried, who has answered, what comes after."""

from dataclasses import dataclass
from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import dutch, ladder
from provisions.domain.calendar import day_of
from provisions.domain.case import Provision, Rung, Said
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle.replies import told as told_of
from provisions.domain.messages import MessageKind
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.outbound import handovers

# What a counter said of what is to come; what came of it is an outcome.
_SAID_BEFORE = frozenset({Said.SEEN, Said.PROMISED, Said.READY, Said.OBSTACLE})
ANSWER_WITHIN = 5  # working days for a table after which nothing comes


@dataclass(frozen=True)
class Told:
    """A letter that a counter got, with which it is asked for something or that is taken back; or a table, that it is done or
    open again; or a desk, with which it is asked. ``sent`` is aware; ``detail``: the rung of the table; ``subject``: what stood
    above it, where that is known.
    """

    sent: datetime
    municipality: str
    kind: MessageKind = MessageKind.REQUEST
    detail: str | None = None
    subject: str | None = None


def tried(told: tuple[Told, ...], own: RungName | None, situation: Situation, config: Config) -> list[str]:
    """What was done, oldest first; of the rungs those below ``own``, the one that the letter is about. What another municipality
    did before the client moved belongs to it.
    """
    provision = situation.provision
    names = {key: municipality.name for key, municipality in config.organisation.municipalities.items()}
    done: list[tuple[date, str]] = []
    for one in told:
        if one.kind.letter.asks:
            name = names.get(one.municipality, one.municipality)
            done.append((day_of(one.sent), f"gevraagd aan het loket in {name}"))
    for its_round in (*handovers.rounds_before(situation), provision):
        done += _by_counter(its_round, names.get(its_round.municipality or "", ""))
    for rung in _rungs_before(own, provision):
        answer = f"; antwoord: {dutch.ANSWER[rung.answer]}" if rung.answer else ""
        if not answer and rung.name.kind.is_table and not rung.name.kind.is_judged:
            answer = "; nog geen antwoord"
        done.append((day_of(rung.climbed), f"{rung.name.kind.past}{answer}"))
    return [f"{dutch.dutch_date(day)}: {what}" for day, what in sorted(done, key=lambda item: item[0])]


def _by_counter(one: Provision, municipality: str) -> list[tuple[date, str]]:
    """What became of a round; ``municipality``: whose it was, where it was handed over since."""
    there = f" in {municipality}" if municipality else ""
    asked_on = one.applied_on or one.started_on
    done = [(asked_on, f"gevraagd aan het loket{there}")] if there and one.asked and asked_on else []
    done += [(o.on, f"afgewezen door het loket{there}") for o in one.outcomes if o.name is OutcomeName.REFUSED]
    done += [(r.on, f"het loket{there} zei: {told_of(r)}") for r in one.replies if r.said in _SAID_BEFORE]
    if there and one.ended_on:
        done.append((one.ended_on, f"de inwoner is verhuisd; gemeente {municipality} droeg het over"))
    for s in one.stops:
        done.append((s.start, f"klok stilgezet tot {dutch.dutch_date(s.end)} ({dutch.REASON[s.reason]})"))
    return done


def tables_so_far(own: RungName | None, provision: Provision) -> list[str]:
    """A sentence for each table that had it: since when, and what it answered."""
    sentences = []
    for rung in _rungs_before(own, provision):
        if not rung.name.kind.is_table or rung.name.kind.is_judged:
            continue
        answer = f"antwoordde: {dutch.ANSWER[rung.answer]}" if rung.answer else "heeft nog niet geantwoord"
        sentences.append(f"De {rung.name.label} kreeg dit op {dutch.dutch_date(day_of(rung.climbed))} en {answer}.")
    return sentences


def _rungs_before(own: RungName | None, provision: Provision) -> list[Rung]:
    """All rungs climbed, or for the message of a rung those below it: after an outage several are sent at once."""
    return [rung for rung in provision.rungs if own is None or rung.name.height < own.height]


@dataclass(frozen=True)
class Ahead:
    """What a table reads of the time to come. ``next``: what happens after it (Dutch), empty when nothing does. ``also``: what
    comes after it and was done already, as it was recorded late or after an outage.
    """

    answer_by: date
    next: str = ""
    next_on: date | None = None
    also: tuple[str, ...] = ()


def ahead(own: RungName, situation: Situation, config: Config, now: datetime) -> Ahead:
    """By which day a table answers: the last working day before the next rung, and never a day that has passed."""
    today, calendar = day_of(now), situation.calendar
    above = [r for r in ladder.rungs_ahead(situation, config.catalogue) if r.name.height > own.height]
    if not above:
        climbed = tuple(r.name.kind.past for r in situation.provision.rungs if r.name.height > own.height)
        return Ahead(calendar.add_working_days(today, ANSWER_WITHIN), also=climbed)
    following = min(above, key=lambda rung: rung.at)
    day = day_of(following.at)
    return Ahead(max(today, calendar.last_working_day_before(day)), following.name.kind.ahead, max(day, today))


def near(end: date, situation: Situation, now: datetime, days: int) -> bool:
    """Whether ``end`` has passed or lies at most ``days`` working days ahead."""
    return situation.calendar.working_days_between(day_of(now), end) <= days
