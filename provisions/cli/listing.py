"""``list``: cases, a line each."""

from argparse import Namespace

from provisions.catalogue import load
from provisions.cli.database import reaching_the_database
from provisions.cli.output import as_json_list, progress, tables
from provisions.database.direct import looking
from provisions.domain.calendar import day_of
from provisions.settings import Settings, utc_now
from provisions.views.listing import CaseLists


def cases(args: Namespace, settings: Settings) -> None:
    """The cases that were asked for."""
    config = load(settings.config)
    with reaching_the_database(), looking(settings, progress) as reader:
        lists = CaseLists(reader, config, utc_now)
        found = lists.cases(
            director=args.director, municipality=args.municipality, status=args.status, search=args.search
        )
    if args.json:
        as_json_list(line.as_json() for line in found)
        return
    tables(config, day_of(utc_now())).show_cases(found)
