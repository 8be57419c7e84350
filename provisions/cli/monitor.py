"""``provisions monitor``: kengetallen of a day, on the screen and as a file."""

import csv
import io
from argparse import Namespace
from collections.abc import Iterable, Sequence

from provisions.catalogue import load
from provisions.cli.database import reaching_the_database
from provisions.cli.output import as_json, progress, say
from provisions.database.direct import looking
from provisions.domain import dutch
from provisions.machine.files import path_of
from provisions.settings import Settings, utc_now
from provisions.views.monitor import HEADS, Monitors, lines, said, share


def monitor(args: Namespace, settings: Settings) -> None:
    """Count, and tell; with ``--out`` also as CSV."""
    config = load(settings.config)
    with reaching_the_database(), looking(settings, progress) as read:
        found = Monitors(read, config, utc_now).of(args.on)
    rows = list(lines(config, found))
    if args.out:
        from provisions.report.files import write_files  # with what draws the report; a look does without

        name = f"monitor-{found.found.day.isoformat()}.csv"
        (path,) = write_files(path_of(str(args.out)), {name: _as_csv(rows)}, what="De monitor")
        progress(f"Geschreven: {path}")
    if args.json:
        as_json(found.as_json())
        return
    region, one = config.organisation.region, found.found
    say(f"{region} op {dutch.dutch_date(one.day)}; ertussen haakjes het einde van het kwartaal ervoor")
    for where, what, answer, number, part, was, _ in rows:
        if where == region:
            name = f"{what}: {answer}" if answer else what
            say(f"  {name}: {number}{f', {part}' if part else ''} ({was})")
    say("Per half jaar: cliënten, dakloos, raakt de plek kwijt, Wlz ggz of vg")
    for line in found.half_years:
        figures = (line.homeless, line.losing, line.wlz)
        told = ", ".join(f"{said(figure)} {share(figure, line.included)}".strip() for figure in figures)
        say(f"  {dutch.dutch_date(line.day)}: {line.included}; {told}")


def _as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """As a Dutch Excel reads it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
