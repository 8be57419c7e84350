"""What may be typed: commands and options, with help and errors in Dutch."""

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from provisions import inputs
from provisions.domain.errors import InvalidInput

_DUTCH = (
    (r"the following arguments are required: (.+)", r"Er ontbreekt iets: \1."),
    (r"unrecognized arguments: (.+)", r"Onbekende argumenten: \1."),
    (r"argument (.+): expected one argument", r"\1 heeft één waarde nodig."),
    (r"argument (.+): expected at least one argument", r"\1 heeft ten minste één waarde nodig."),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"Onbekende waarde \2 voor \1. Kies uit: \3."),
    (r"argument (.+): not allowed with argument (.+)", r"\1 kan niet samen met \2."),
    (r"argument (.+): ignored explicit argument (.+)", r"\1 krijgt geen waarde."),
    (r"argument (.+): invalid .+ value: (.+)", r"Onbekende waarde \2 voor \1."),
    (r"ambiguous option: (.+) could match (.+)", r"\1 is niet duidelijk: bedoelt u \2?"),
)


class DutchParser(argparse.ArgumentParser):
    """argparse, with errors that are raised in Dutch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("add_help", False)
        super().__init__(*args, **kwargs)
        self._optionals.title = "opties"
        self._positionals.title = "argumenten"
        self.add_argument("-h", "--help", action="help", help="toon deze uitleg")

    def error(self, message: str) -> NoReturn:
        """Raise ``InvalidInput`` instead of exiting."""
        for pattern, dutch in _DUTCH:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                message = match.expand(dutch)
                break
        raise InvalidInput(message, f"Uitleg: {self.prog} --help")

    def format_help(self) -> str:
        """The help text with Dutch words."""
        return super().format_help().replace("usage:", "gebruik:", 1)


def parser() -> DutchParser:
    """The whole command line."""
    root = DutchParser(
        prog="provisions",
        description="Basisvoorzieningen regelen binnen de beloofde termijn: elke voorziening loopt door tot zij geregeld is.",
    )
    commands = root.add_subparsers(dest="command", metavar="OPDRACHT", title="opdrachten", parser_class=DutchParser)

    def command(name: str, help_text: str) -> DutchParser:
        made: DutchParser = commands.add_parser(name, help=help_text, description=help_text)
        made.add_argument("--json", action="store_true", help="uitvoer voor programma's (JSON)")
        return made

    command("up", "start alles: database, Prefect en de motor; stopt met Ctrl-C")
    command("demo", "start alles met twintig voorbeeldtrajecten, in een eigen map")
    command("check", "controleer de configuratie en de verbindingen")

    term = command("term", "bereken een termijn en leg de datum uit")
    term.add_argument("term", metavar="TERMIJN", help="bijvoorbeeld '2 werkdagen' of '8 weken'")
    term.add_argument("--from", dest="event", required=True, type=_day("--from"), metavar="DATUM")
    term.add_argument("--roll", choices=("atw", "none"), default="atw", help="schuift het einde op volgens de Atw?")
    _many(term, "--suspended", _period, "A/B", "klok stilgezet van dag A tot dag B")

    intake = command("intake", "start een traject, of vele tegelijk uit een CSV-bestand")
    intake.add_argument("reference", metavar="REF", nargs="?")
    intake.add_argument("--file", metavar="CSV", help="vele trajecten tegelijk: allemaal of geen")
    intake.add_argument("--route", metavar="ROUTE", help="voluntary conditional wvggz wzd bemoeizorg")
    intake.add_argument("--municipality", metavar="GEMEENTE")
    intake.add_argument("--brp", default="unknown", metavar="BRP", help="registered unregistered unknown")
    intake.add_argument("--director", metavar="CODE", help="code van de regisseur")
    _many(intake, "--need", str, "KEY", "wat nodig is (of: all)")
    _many(intake, "--present", str, "KEY", "wat er al is")
    _needs(intake)
    _by(intake)
    _on(intake)

    show = command("show", "laat een traject zien")
    show.add_argument("reference", metavar="REF")
    overdue = command("overdue", "wat is nu te laat")
    overdue.add_argument("--municipality", metavar="GEMEENTE")
    audit = command("audit", "wie deed wat wanneer, en waarom")
    audit.add_argument("reference", metavar="REF")

    report = command("report", "het weekrapport voor de stuurgroep")
    report.add_argument("--week", metavar="WEEK", help="bijvoorbeeld 2026-W47 (standaard: de week die voorbij is)")
    report.add_argument("--out", metavar="MAP", type=Path, help="waar de bestanden komen (standaard: reports in de datamap)")

    outcome = _on_provision(command("outcome", "leg een uitkomst vast"))
    outcome.add_argument("outcome", metavar="UITKOMST", help="delivered refused withdrawn")
    _many(outcome, "--field", _pair("--field", "NAAM=WAARDE"), "NAAM=WAARDE", "eigen velden van de voorziening")
    outcome.add_argument("--note", metavar="TEKST", help="notitie; blijft in onze eigen database")
    _by(outcome)
    _on(outcome)

    suspend = _on_provision(command("suspend", "zet de klok stil"))
    suspend.add_argument(
        "--reason", required=True, metavar="REDEN", help="client_asks client_documents other_body force_majeure"
    )
    suspend.add_argument("--until", required=True, type=_day("--until"), metavar="DATUM", help="dan loopt de klok weer")
    suspend.add_argument("--approved-by", metavar="CODE", help="teamleider, bij langer dan vier weken")
    _by(suspend)
    _on(suspend)

    resume = _on_provision(command("resume", "laat de klok weer lopen"))
    _by(resume)
    _on(resume)

    waive = _on_provision(command("waive", "start zonder een voorwaarde (afwijking)"))
    waive.add_argument("dependency", metavar="VOORWAARDE")
    waive.add_argument("--ground", required=True, metavar="TEKST")
    _by(waive)
    _on(waive)

    answer = _on_provision(command("answer", "leg het antwoord van een tafel vast"))
    answer.add_argument("rung", metavar="STAP", help="doorbraaktafel regional maatwerkloket")
    answer.add_argument(
        "answer",
        metavar="ANTWOORD",
        help="customised_budget deviation priority other_route back_to_counter unresolved",
    )
    _by(answer)

    submit = _on_provision(command("submit", "beslis over indienen bij het landelijk Maatwerkloket"))
    submit.add_argument("decision", metavar="BESLISSING", help="submitted not_submitted")
    submit.add_argument("--reason", required=True, metavar="TEKST")
    _by(submit)

    add = command("add", "voeg een voorziening toe")
    add.add_argument("reference", metavar="REF")
    add.add_argument("keys", metavar="KEY", nargs="+")
    _needs(add)
    _by(add)
    _on(add)

    agree = _on_provision(command("agree", "leg een (nieuwe) afgesproken datum vast"))
    agree.add_argument("day", metavar="DATUM", type=_day("de afspraak"))
    _by(agree)

    transfer = command("transfer", "de cliënt is verhuisd naar een andere gemeente")
    transfer.add_argument("reference", metavar="REF")
    transfer.add_argument("--municipality", required=True, metavar="GEMEENTE")
    _by(transfer)

    followup = _on_provision(command("followup", "een vervolgactie is gedaan"))
    followup.add_argument("name", metavar="NAAM")
    followup.add_argument("done", metavar="done", choices=("done",))
    _by(followup)
    _on(followup)

    reopen = _on_provision(command("reopen", "heropen een voorziening"))
    reopen.add_argument("--reason", required=True, metavar="TEKST")
    _by(reopen)
    _on(reopen)

    close = command("close", "sluit een traject af")
    close.add_argument("reference", metavar="REF")
    _by(close)
    return root


def _on_provision(made: DutchParser) -> DutchParser:
    made.add_argument("reference", metavar="REF")
    made.add_argument("key", metavar="KEY")
    return made


def _needs(made: DutchParser) -> None:
    _many(made, "--agreed", _key_day("--agreed"), "KEY=DATUM", "afgesproken datum")
    _many(made, "--needed-from", _key_day("--needed-from"), "KEY=DATUM", "pas nodig vanaf die dag")
    _many(made, "--waive", waiver, "KEY:VOORWAARDE=GROND", "start zonder die voorwaarde")
    _many(made, "--urgent", str, "KEY", "met spoed")


def _by(made: DutchParser) -> None:
    made.add_argument("--by", required=True, metavar="CODE", help="rol of medewerkerscode van wie dit doet")


def _on(made: DutchParser) -> None:
    made.add_argument(
        "--on", type=_day("--on"), metavar="DATUM", help="de dag waarop het gebeurde (standaard: vandaag)"
    )


def _many(made: DutchParser, option: str, kind: Any, metavar: str, help_text: str) -> None:
    made.add_argument(option, nargs="+", action="extend", default=[], type=kind, metavar=metavar, help=help_text)


def _day(what: str) -> Any:
    return lambda text: inputs.day(text, what)


def _pair(option: str, form: str) -> Any:
    def split(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidInput(f"'{inputs.shown(text)}' klopt niet voor {option}. Verwacht: {form}.")
        return name, value

    return split


def _key_day(option: str) -> Any:
    split = _pair(option, "KEY=JJJJ-MM-DD")

    def read(text: str) -> tuple[str, date]:
        key, day = split(text)
        return key, inputs.day(day, f"{option} {inputs.shown(key)}")

    return read


def waiver(text: str) -> tuple[tuple[str, str], str]:
    """``KEY:DEPENDENCY=GROUND``."""
    where, equals, ground = text.partition("=")
    key, colon, dependency = where.partition(":")
    if not (equals and colon and key and dependency):
        # The ground is free text and is not repeated.
        raise InvalidInput(f"'{inputs.shown(where)}' klopt niet voor een afwijking. Verwacht: KEY:VOORWAARDE=GROND.")
    return (key, dependency), ground


def _period(text: str) -> tuple[date, date]:
    first, slash, last = text.partition("/")
    if not slash:
        raise InvalidInput(f"'{inputs.shown(text)}' is geen periode. Verwacht: JJJJ-MM-DD/JJJJ-MM-DD.")
    start, end = inputs.day(first, "--suspended"), inputs.day(last, "--suspended")
    if end < start:
        raise InvalidInput(f"De periode {text} eindigt voor zij begint.")
    return start, end


def once(pairs: Sequence[tuple[Any, Any]], option: str) -> dict[Any, Any]:
    """Pairs as a mapping. Raises ``InvalidInput`` when one name is given twice."""
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(f"{option} noemt '{inputs.shown(str(name))}' twee keer. Geef één waarde.")
        found[name] = value
    return found
