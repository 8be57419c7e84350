"""Options that more commands have, worded once."""

from collections.abc import Mapping
from typing import Any

from provisions.access import Actor
from provisions.cli.arguments import values
from provisions.cli.arguments.dutch_parser import DutchParser

DAY_HELP = "2026-11-23, 23-11-2026, '23 november', gisteren, vandaag of morgen"
MUNICIPALITY_HELP = "sleutel van de gemeente in organisation.toml, zoals voorbeeldstad"
STAYS_HERE = "blijft in onze eigen database; geen gegevens van personen"


def choices(meanings: Mapping[Any, str]) -> str:
    """The values to type, each with what it means."""
    return ", ".join(value if value == meaning else f"{value} ({meaning})" for value, meaning in meanings.items())


def needs(made: DutchParser) -> None:
    """What is told of each need, at intake and later."""
    many(
        made,
        "--agreed",
        values.key_day("--agreed"),
        "KEY=DATUM",
        "de dag die is afgesproken, waar geen streeftermijn geldt",
    )
    many(made, "--needed-from", values.key_day("--needed-from"), "KEY=DATUM", "pas nodig vanaf die dag")
    many(
        made,
        "--waive",
        values.waiver,
        "KEY:VOORWAARDE=GROND",
        "start zonder die voorwaarde (afwijking); een code tussen [ ] erachter",
    )
    many(made, "--urgent", str, "KEY", "met spoed")
    many(
        made,
        "--for",
        values.pair("--for", "KEY=CODE"),
        "KEY=CODE",
        "waarvoor een voorziening is, zoals special_assistance=bed",
        "purposes",
    )


def ask(made: DutchParser) -> None:
    """Where another person must agree."""
    made.add_argument("--ask", action="store_true", help="vraag akkoord aan een ander; tot dan verandert er niets")


CAUSE_HELP = "waarom het er nog niet is: code uit provisions.toml, zoals no_place"


CONTACT_HELP = "hoe het contact met de cliënt loopt, zoals together (de regisseur komt mee); standaard: via_director"


LIVING_HELP = "waar de cliënt slaapt: code uit provisions.toml, zoals homeless of shelter"


def losing_place(made: DutchParser) -> None:
    """Whether that place is lost soon."""
    made.add_argument(
        "--losing-place",
        nargs="?",
        const=True,
        type=values.yes_no("--losing-place"),
        metavar="yes|no",
        help="die plek is binnen drie maanden weg",
    )


def cause(made: DutchParser) -> None:
    """Why it is not there yet."""
    made.add_argument("--cause", metavar="OORZAAK", help=CAUSE_HELP)


def by(made: DutchParser) -> None:
    """Who does it."""
    made.add_argument(
        "--by", type=Actor.typed, required=True, metavar="CODE", help="rol of medewerkerscode van wie dit doet"
    )


def on(made: DutchParser) -> None:
    """The day on which it happened."""
    made.add_argument(
        "--on", type=values.day("--on"), metavar="DATUM", help="de dag waarop het gebeurde (standaard: vandaag)"
    )


def many(made: DutchParser, option: str, kind: Any, metavar: str, help_text: str, name: str | None = None) -> None:
    """An option with one value or more, which may be given more than once."""
    dest = name or option.removeprefix("--").replace("-", "_")
    made.add_argument(
        option, nargs="+", action="extend", default=[], type=kind, metavar=metavar, help=help_text, dest=dest
    )
