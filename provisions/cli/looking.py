"""``show``, ``overdue`` and ``audit``: a look, for which nothing is imported that only a change needs."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from provisions.catalogue import load
from provisions.cli.database import reaching_the_database
from provisions.cli.output import as_json, as_json_list, progress, say, tables
from provisions.database.direct import looking
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.settings import Settings, utc_now
from provisions.views.answers import asked_and_answered
from provisions.views.cases import Views
from provisions.views.messages import Messages

ONE_OF_TWO = "Geef een referentie, of --verify (eventueel met --known) voor de hele vastlegging."


def show(args: Namespace, settings: Settings) -> None:
    """A case."""
    with _views(settings) as (views, _):
        show_case(views, args.reference, args.json)


def show_case(views: Views, reference: str, json: bool) -> None:
    """A case as it is now, as a table or as JSON."""
    view = views.case(reference)
    if json:
        as_json(view.as_json())
        return
    tables(views.config, day_of(views.clock())).show_case(view)


def overdue(args: Namespace, settings: Settings) -> None:
    """What is late now."""
    with _views(settings) as (views, messages):
        late = views.overdue(args.municipality)
        if args.json:
            undelivered, post = messages.undelivered([p.id for p in late]), views.post(args.municipality)
            as_json_list(
                {
                    "reference": p.case.reference,
                    "municipality": p.case.municipality,
                    **p.as_json(),
                    "undelivered": [message.as_json() for message in undelivered.get(p.id, ())],
                    "unsent": p.id in post.slow,
                }
                for p in late
            )
            return
        printed = tables(views.config, day_of(views.clock()))
        post = views.post(args.municipality).besides(views.given_up([p.id for p in late]))
        printed.show_overdue(late, views.waiting_too_long(args.municipality), post)
        printed.show_overdue_follow_ups(views.overdue_follow_ups(args.municipality))
        if post.waiting:
            say(
                f"{dutch.counted(post.waiting, 'bericht wacht', 'berichten wachten')} te lang op verzending: de post gaat "
                "langzaam of staat stil. Kijk met 'provisions messages --status pending', en bel zelf als iets haast heeft."
            )
        if stuck := messages.found(municipality=args.municipality, undelivered=True, limit=None):
            say(
                f"Niet bezorgde berichten: {len(stuck)}. Bel zelf, en kijk daarna met 'provisions messages --undelivered'."
            )
            printed.show_messages(stuck)


def audit(args: Namespace, settings: Settings) -> None:
    """The record of a case."""
    if not args.reference:
        raise InvalidInput(ONE_OF_TWO)
    with _views(settings) as (views, _):
        entries = views.audit(args.reference)
        if args.json:
            as_json_list(entry.as_json() for entry in entries)
            return
        tables(views.config, day_of(views.clock())).show_audit(entries)


def answers(args: Namespace, settings: Settings) -> None:
    """What was asked in a case, and what was answered."""
    with _views(settings) as (views, _):
        found = asked_and_answered(views.case(args.reference), views.audit(args.reference))
        if args.json:
            as_json_list(one.as_json() for one in found)
            return
        tables(views.config, day_of(views.clock())).show_answers(found)


@contextmanager
def _views(settings: Settings) -> Iterator[tuple[Views, Messages]]:
    config = load(settings.config)
    with reaching_the_database(), looking(settings, progress) as reader:
        yield Views(reader, config, utc_now), Messages(reader, config)
