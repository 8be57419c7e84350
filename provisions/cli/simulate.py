"""``provisions simulate``: a year ahead, as a table and bars on the screen, as JSON, and as a page with charts."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from provisions.catalogue import Config, load
from provisions.cli.output import as_json, progress, say
from provisions.cli.screen import console, wrapped
from provisions.cli.terminal import drawn
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.domain.terms import Term, due_date
from provisions.machine.files import path_of
from provisions.settings import Settings
from provisions.simulation.file import find, read
from provisions.simulation.run import Variant, clients_of
from provisions.simulation.run import simulate as run_all
from provisions.simulation.scenario import MOST_RUNS, read_scenario
from provisions.simulation.summary import Summary, summarise
from provisions.simulation.what_if import WhatIf, changed, named, typed
from provisions.simulation.wording import (
    MEANING,
    NOW,
    TOTAL,
    breaches,
    causes,
    heading,
    in_a_life,
    marks,
    middle,
    most_first,
    number,
    outcomes,
    what_ifs,
)

LONGEST_BAR = 36
SAME_DAY = Term.parse("0 dagen")


def simulate(args: Namespace, settings: Settings) -> None:
    """Simulate a scenario and its what-ifs, and tell what came of it. Raises ``InvalidInput``."""
    config = load(settings.config)
    file = read(find(args.scenario, settings.config), settings.config)
    base = read_scenario(file.values, file.name, config)
    what_ifs = _what_ifs(args.what_if, named(file.values, file.name), config)
    variants = [
        Variant(NOW, base),
        *(Variant(what_if.name, changed(file.values, file.name, what_if, config)) for what_if in what_ifs),
    ]
    seed = base.seed if args.seed is None else args.seed
    runs = args.runs or base.runs
    if runs > MOST_RUNS:
        raise InvalidInput(f"--runs {runs} is te veel. Kies hoogstens {MOST_RUNS}.")
    for warning in due_date(SAME_DAY, base.last_week.sunday, config.catalogue.calendar).warnings:
        progress(f"Let op: {warning}")
    with _progress_bar(sum(clients_of(variants, seed, runs))) as advance:
        counted = run_all(variants, seed, runs, advance)
    summary = summarise(variants, what_ifs, counted, seed, config)
    paths = _written(summary, args.out, config)
    if args.json:
        as_json(summary)
    else:
        _show(summary, config)
    for path in paths:
        (progress if args.json else say)(f"Geschreven: {path}")


def _what_ifs(typed_words: Sequence[Sequence[str]] | None, known: Mapping[str, WhatIf], config: Config) -> list[WhatIf]:
    if typed_words is None:
        return list(known.values())
    return [typed(words, known, config) for words in typed_words]


@contextmanager
def _progress_bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error for whoever looks on; nothing when that is piped. Yields what to call with clients done."""
    bar = Progress(
        TextColumn("Simuleren"),
        BarColumn(),
        TextColumn("cliënt {task.completed:.0f} van {task.total:.0f}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
        auto_refresh=False,  # a thread that draws would be copied into each process
    )
    with bar:
        task = bar.add_task("", total=total)

        def advance(clients: int) -> None:
            bar.update(task, advance=clients, refresh=True)

        yield advance


def _written(summary: Summary, folder: Path | None, config: Config) -> list[Path]:
    if folder is None:
        return []
    from provisions.simulation.page import write  # its charts are only needed here

    return write(summary, path_of(str(folder)), config)


# --- on the screen ---------------------------------------------------------------------------------------------------


def _show(summary: Summary, config: Config) -> None:
    out, short = console(), marks(summary)
    say(*heading(summary), *what_ifs(summary), "")
    _breaches(out, summary, "provisions", "Voorziening")
    if len(summary["variants"][0]["places"]) > 1:
        _breaches(out, summary, "places", "Waar")
    _bars(out, summary)
    say("")
    drawn(*wrapped(out, ["Alle voorzieningen", *short], outcomes(summary), numbers_from=1), "")
    if rows := in_a_life(summary):
        drawn(*wrapped(out, ["Wat er in een leven gebeurt", *short], rows, numbers_from=1), "")
    drawn(*wrapped(out, ["Waardoor overschreden", *short], causes(summary, config), numbers_from=1), "")
    say(*MEANING)


def _breaches(out: Console, summary: Summary, part: str, title: str) -> None:
    """Breaches: now, with each what-if, and the difference that it makes."""
    titles = [title, "Gestart", "Overschreden"]
    for mark in marks(summary)[1:]:
        titles += [f"als {mark}", f"verschil {mark}"]
    rows = [[Text(cell, "bold" if row[0] == TOTAL else "") for cell in row] for row in breaches(summary, part)]
    drawn(*wrapped(out, titles, rows, numbers_from=1), "")


def _bars(out: Console, summary: Summary) -> None:
    """The same breaches as bars, the base above its what-ifs; each has its number and says what it is."""
    variants = summary["variants"]
    rows = variants[0]["provisions"]
    most = max(row["breaches"]["middle"] for variant in variants for row in variant["provisions"]) or 1
    names = max(len(row["name"]) for row in rows)
    digits = len(number(most))
    room = max(1, min(LONGEST_BAR, out.width - names - digits - 6))
    for position in most_first(rows):
        for mark, variant in zip(marks(summary), variants, strict=True):
            found = variant["provisions"][position]["breaches"]
            first = variant is variants[0]
            name = dutch.capitalised(rows[position]["name"]) if first else ""
            bar = ("█" if first else "▒") * round(room * found["middle"] / most)
            say(f"{name:{names}}  {mark:2} {middle(found):>{digits}} {bar}".rstrip())
