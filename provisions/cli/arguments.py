"""What may be typed: commands and options, with help and errors in Dutch."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from provisions import inputs
from provisions.cli import terminal
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.domain.privacy import identifying
from provisions.domain.rungs import RungName
from provisions.settings import utc_now

REF_HELP = "referentie van het traject, zoals TR-2026-0042"
DAY_HELP = "2026-11-23, 23-11-2026, '23 november', gisteren, vandaag of morgen"
MUNICIPALITY_HELP = "sleutel van de gemeente in organisation.toml, zoals voorbeeldstad"
STAYS_HERE = "blijft in onze eigen database; geen gegevens van personen"
KEY_HELP = "voorziening, zoals id_document; 'provisions show REF' noemt haar achter de Nederlandse naam"

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
        for pattern, translation in _DUTCH:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                message = match.expand(translation)
                break
        if found := identifying(message):
            message = f"Wat u typte, klopt niet en lijkt op {found}. Zet geen gegevens van personen in dit systeem."
        raise InvalidInput(message, f"Uitleg: {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        """By the one writer to the screen."""
        (terminal.aside if file is sys.stderr else terminal.lines)(message.rstrip("\n"))

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

    def command(name: str, help_text: str, *examples: str) -> DutchParser:
        shown = "\n".join(
            ["voorbeeld:" if len(examples) == 1 else "voorbeelden:", *(f"  provisions {e}" for e in examples)]
        )
        made: DutchParser = commands.add_parser(
            name,
            help=help_text,
            description=f"{help_text[:1].upper()}{help_text[1:]}.",
            epilog=shown if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.add_argument("--json", action="store_true", help="uitvoer voor programma's (JSON)")
        return made

    command("up", "start alles: database, Prefect en de motor; stopt met Ctrl-C")
    command("engine", "start alleen een motor, naast andere op dezelfde database (docs/operations.md)")
    command("server", "start alleen Prefect; met PROVISIONS_REDIS_URL een van meer achter een balancer")
    command("services", "start alleen het achtergrondwerk van meer servers van Prefect")
    command("worker", "start een werker voor de pool in PROVISIONS_WORK_POOL")
    migrate = command("migrate", "breng de database naar de versie van dit programma; eerst alle motoren stoppen")
    migrate.add_argument(
        "--here",
        action="store_true",
        help="de database hoort voortaan bij deze installatie (na een verhuizing, of als de andere machine verloren is)",
    )
    command("demo", "start alles met twintig voorbeeldtrajecten, in een eigen map")
    command("check", "controleer de configuratie en de verbindingen")

    completion = command("completion", "laat de shell opdrachten, opties en codes aanvullen", "completion bash")
    completion.add_argument("shell", metavar="bash|zsh", choices=("bash", "zsh"), help="welke shell")

    term = command("term", "bereken een termijn en leg de datum uit", 'term "2 werkdagen" --from 2026-05-13')
    term.add_argument("term", metavar="TERMIJN", help="bijvoorbeeld '2 werkdagen' of '8 weken'")
    term.add_argument("--from", dest="event", required=True, type=_day("--from"), metavar="DATUM", help=DAY_HELP)
    term.add_argument("--roll", choices=("atw", "none"), default="atw", help="schuift het einde op volgens de Atw?")
    _many(term, "--suspended", _period, "A/B", "klok stilgezet van dag A tot dag B")

    intake = command(
        "intake",
        "start een traject, of vele tegelijk uit een CSV-bestand",
        "intake TR-2026-0042 --route voluntary --need id_document postal_address --by regisseur-3",
        "intake TR-2026-0043 --route wvggz --need all --present housing --on 2026-11-02 --by regisseur-3",
        "intake --file trajecten.csv --by regisseur-3",
    )
    intake.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    intake.add_argument("--file", metavar="CSV", help="vele trajecten tegelijk: allemaal of geen")
    intake.add_argument("--route", metavar="ROUTE", help=_choices(dutch.ROUTE))
    intake.add_argument("--municipality", metavar="GEMEENTE", help=f"{MUNICIPALITY_HELP} (standaard: de eerste daarin)")
    intake.add_argument("--brp", default="unknown", metavar="BRP", help=f"{_choices(dutch.BRP)}; standaard: unknown")
    intake.add_argument("--director", metavar="CODE", help="code van de regisseur")
    _many(intake, "--need", str, "KEY", "voorzieningen die nodig zijn, zoals id_document (of: all)")
    _many(intake, "--present", str, "KEY", "voorzieningen die er al zijn")
    _needs(intake)
    _by(intake)
    _on(intake)

    show = command("show", "laat een traject zien", "show TR-2026-0042")
    show.add_argument("reference", metavar="REF", help=REF_HELP)
    overdue = command("overdue", "wat is nu te laat")
    overdue.add_argument("--municipality", metavar="GEMEENTE", help=MUNICIPALITY_HELP)
    audit = command("audit", "wie deed wat wanneer, en waarom", "audit TR-2026-0042", "audit --verify")
    audit.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    audit.add_argument("--verify", action="store_true", help="controleer of er nergens iets veranderd of weggehaald is")
    audit.add_argument("--known", metavar="ANKER", help="een anker van een eerdere controle (bij --verify)")

    messages = command(
        "messages",
        "de berichten: welke er zijn, wat er in stond, opnieuw versturen",
        "messages --undelivered",
        "messages show 1a2b3c4d",
        "messages resend 1a2b3c4d --by teamleider-1",
    )
    messages.add_argument(
        "action", metavar="list|show|resend", nargs="?", default="list", choices=("list", "show", "resend")
    )
    messages.add_argument("identity", metavar="NUMMER", nargs="?", help="het nummer uit de lijst (bij show en resend)")
    messages.add_argument("--status", metavar="STAND", help="pending, sent, void of failed")
    messages.add_argument("--undelivered", action="store_true", help="alleen wat niet bezorgd kon worden")
    messages.add_argument("--reference", metavar="REF", help=REF_HELP)
    messages.add_argument("--municipality", metavar="GEMEENTE", help=MUNICIPALITY_HELP)
    messages.add_argument("--limit", metavar="AANTAL", type=_count, default=50, help="hoogstens zoveel; standaard 50")
    messages.add_argument("--by", metavar="CODE", help="wie het bericht opnieuw verstuurt (bij resend)")

    backup = command("backup", "maak een back-up van de database in een nieuwe map", "backup /veilig/2026-11-22")
    backup.add_argument("folder", metavar="MAP", help="een nieuwe of lege map")
    restore = command("restore", "zet een back-up terug in een lege database", "restore /veilig/2026-11-22")
    restore.add_argument("folder", metavar="MAP", help="de map van de back-up")
    restore.add_argument(
        "--known", metavar="ANKER", help="een anker dat u zelf hebt bewaard; past het niet, dan gebeurt er niets"
    )
    restore.add_argument("--key", metavar="BESTAND", help="de sleutel van de installatie die de back-up maakte")
    export = command("export", "alle gegevens van een traject, als JSON", "export TR-2026-0042 --out traject.json")
    export.add_argument("reference", metavar="REF", help=REF_HELP)
    export.add_argument("--out", metavar="BESTAND", help="een nieuw bestand; zonder: op het scherm")
    forget = command("forget", "vergeet een afgesloten traject", "forget TR-2026-0042 --by regisseur-3")
    forget.add_argument("reference", metavar="REF", help=REF_HELP)
    _by(forget)

    report = command("report", "het weekrapport voor de stuurgroep", "report --week 2026-W47")
    report.add_argument("--week", metavar="WEEK", help="bijvoorbeeld 2026-W47 (standaard: de week die voorbij is)")
    report.add_argument(
        "--out", metavar="MAP", type=Path, help="waar de bestanden komen (standaard: reports in de datamap)"
    )

    simulate = command(
        "simulate",
        "reken een jaar vooruit met verzonnen cliënten: hoeveel overschrijdingen, waar, en wat als een loket sneller was",
        "simulate",
        "simulate --scenario region --what-if id_document=2 --what-if id_document=2 postal_address=2",
        "simulate --scenario mijn-regio.toml --runs 10 --out simulatie",
    )
    simulate.add_argument(
        "--scenario", metavar="BESTAND", default="country", help="een TOML-bestand, of country (standaard) of region"
    )
    simulate.add_argument(
        "--what-if",
        metavar="WAT",
        nargs="+",
        action="append",
        help="VOORZIENING=FACTOR: dat loket zo veel keer zo snel; of de naam van een wat-als in het scenario "
        "(standaard: allemaal), of PLEK=WAARDE. Wat achter één --what-if staat, geldt samen",
    )
    simulate.add_argument("--runs", metavar="AANTAL", type=_count, help="zo vaak simuleren (standaard: zie scenario)")
    simulate.add_argument("--seed", metavar="GETAL", type=_seed, help="andere toevallen (standaard: zie scenario)")
    simulate.add_argument("--out", metavar="MAP", type=Path, help="schrijf ook een pagina met grafieken in deze map")

    outcome = command(
        "outcome",
        "leg een uitkomst vast, of vele uit een bestand",
        "outcome TR-2026-0042 id_document delivered --by regisseur-3",
        "outcome TR-2026-0042 postal_address delivered --field ground=no_residence --on 2026-11-20 --by regisseur-3",
        "outcome --file uitkomsten.csv --by loket-burgerzaken",
    )
    outcome.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    outcome.add_argument("key", metavar="KEY", nargs="?", help=KEY_HELP)
    outcome.add_argument("outcome", metavar="UITKOMST", nargs="?", help=_choices(dutch.OUTCOME))
    outcome.add_argument(
        "--file",
        metavar="CSV",
        help="vele uitkomsten tegelijk: allemaal of geen; kolommen reference, key, outcome, en zo nodig on, field en note",
    )
    _many(outcome, "--field", _field, "NAAM=WAARDE", "eigen velden van de voorziening")
    outcome.add_argument("--note", metavar="TEKST", help=f"notitie; {STAYS_HERE}")
    _by(outcome)
    _on(outcome)

    suspend = _on_provision(
        command(
            "suspend",
            "zet de klok stil",
            "suspend TR-2026-0042 benefit_decision --reason client_documents --until 2026-12-04 --by regisseur-3",
        )
    )
    suspend.add_argument("--reason", required=True, metavar="REDEN", help=_choices(dutch.REASON))
    suspend.add_argument("--until", required=True, type=_day("--until"), metavar="DATUM", help="dan loopt de klok weer")
    suspend.add_argument("--approved-by", metavar="CODE", help="teamleider, bij langer dan vier weken")
    _ask(suspend)
    _by(suspend)
    _on(suspend)

    resume = _on_provision(command("resume", "laat de klok weer lopen"))
    _by(resume)
    _on(resume)

    waive = _on_provision(
        command(
            "waive",
            "start zonder een voorwaarde (afwijking)",
            'waive TR-2026-0042 postal_address id_document --ground "identiteit is vastgesteld" --by regisseur-3',
        )
    )
    waive.add_argument("dependency", metavar="VOORWAARDE", help="de voorziening waarop niet meer wordt gewacht")
    waive.add_argument("--ground", required=True, metavar="TEKST", help=f"waarom dat kan; {STAYS_HERE}")
    _by(waive)
    _on(waive)

    answer = _on_provision(
        command(
            "answer",
            "leg het antwoord van een tafel vast",
            "answer TR-2026-0042 id_document doorbraaktafel priority --by regisseur-3",
        )
    )
    tables = {rung: rung.label for rung in RungName.tables()}
    answer.add_argument("rung", metavar="STAP", help=_choices(tables))
    answer.add_argument("answer", metavar="ANTWOORD", help=_choices(dutch.ANSWER))
    _by(answer)

    submit = _on_provision(command("submit", "beslis over indienen bij het landelijk Maatwerkloket"))
    submit.add_argument("decision", metavar="BESLISSING", help="submitted (ingediend), not_submitted (niet ingediend)")
    submit.add_argument("--reason", required=True, metavar="TEKST", help=f"waarom wel of niet; {STAYS_HERE}")
    _by(submit)

    add = command("add", "voeg een voorziening toe")
    add.add_argument("reference", metavar="REF", help=REF_HELP)
    add.add_argument("keys", metavar="KEY", nargs="+", help="een of meer voorzieningen, zoals day_activity")
    _needs(add)
    _by(add)
    _on(add)

    agree = _on_provision(command("agree", "leg een (nieuwe) afgesproken datum vast"))
    agree.add_argument("day", metavar="DATUM", type=_day("de afspraak"), help=DAY_HELP)
    _by(agree)
    _on(agree)

    transfer = command("transfer", "de cliënt is verhuisd naar een andere gemeente")
    transfer.add_argument("reference", metavar="REF", help=REF_HELP)
    transfer.add_argument("--municipality", required=True, metavar="GEMEENTE", help=MUNICIPALITY_HELP)
    _by(transfer)

    followup = _on_provision(
        command(
            "followup",
            "een vervolgactie is gedaan",
            "followup TR-2026-0042 wmo_indication support_started done --by regisseur-3",
        )
    )
    followup.add_argument("name", metavar="NAAM", help="van de vervolgactie; 'provisions show REF' noemt hem")
    followup.add_argument("done", metavar="done", choices=("done",), help="het woord done")
    _by(followup)
    _on(followup)

    reopen = command(
        "reopen", "maak een vergissing ongedaan: heropen een voorziening, of een traject dat niet hoorde te eindigen"
    )
    reopen.add_argument("reference", metavar="REF", help=REF_HELP)
    reopen.add_argument("key", metavar="KEY", nargs="?", help=f"{KEY_HELP}; zonder: het hele traject")
    reopen.add_argument("--reason", required=True, metavar="TEKST", help=f"waarom; {STAYS_HERE}")
    _by(reopen)
    _on(reopen)

    close = command("close", "sluit een traject af")
    close.add_argument("reference", metavar="REF", help=REF_HELP)
    close.add_argument(
        "--reason",
        default="settled",
        metavar="REDEN",
        help="code uit provisions.toml; standaard: settled (alles is geregeld)",
    )
    _many(
        close,
        "--to",
        _pair("--to", "KEY=CODE"),
        "KEY=CODE",
        "wie overneemt wat nog open staat: municipality, provider, other of nobody",
    )
    _ask(close)
    _by(close)
    _on(close)

    command("approvals", "wat er gevraagd is en nog niet beslist")
    approve = command("approve", "geef akkoord op wat een ander vroeg", "approve A-17 --by teamleider-1")
    approve.add_argument("number", metavar="A-NUMMER", help="zoals 'provisions approvals' het noemt")
    _by(approve)
    deny = command("deny", "geef geen akkoord op wat een ander vroeg")
    deny.add_argument("number", metavar="A-NUMMER", help="zoals 'provisions approvals' het noemt")
    deny.add_argument("--because", required=True, metavar="TEKST", help=f"waarom; {STAYS_HERE}")
    _by(deny)

    again = _on_provision(
        command(
            "again",
            "een voorziening is opnieuw nodig: een nieuwe ronde",
            "again TR-2026-0042 id_document --reason lost --by regisseur-3",
            "again TR-2026-0042 special_assistance --reason new_costs --for clothing --by regisseur-3",
        )
    )
    again.add_argument(
        "--reason", required=True, metavar="REDEN", help="code uit provisions.toml, zoals lost, stolen of expired"
    )
    again.add_argument("--for", dest="purpose", metavar="CODE", help="waarvoor deze ronde is, zoals clothing of keep")
    again.add_argument(
        "--agreed",
        type=_day("--agreed"),
        metavar="DATUM",
        help="de dag die is afgesproken, waar geen streeftermijn geldt",
    )
    again.add_argument("--needed-from", type=_day("--needed-from"), metavar="DATUM", help="pas nodig vanaf die dag")
    again.add_argument("--urgent", action="store_true", help="met spoed")
    again.add_argument("--anyway", action="store_true", help="ook als er vandaag al een ronde bij kwam")
    _by(again)
    _on(again)
    return root


def _choices(meanings: Mapping[Any, str]) -> str:
    """The values to type, each with what it means."""
    return ", ".join(value if value == meaning else f"{value} ({meaning})" for value, meaning in meanings.items())


def _on_provision(made: DutchParser) -> DutchParser:
    made.add_argument("reference", metavar="REF", help=REF_HELP)
    made.add_argument("key", metavar="KEY", help=KEY_HELP)
    return made


def _needs(made: DutchParser) -> None:
    _many(
        made, "--agreed", _key_day("--agreed"), "KEY=DATUM", "de dag die is afgesproken, waar geen streeftermijn geldt"
    )
    _many(made, "--needed-from", _key_day("--needed-from"), "KEY=DATUM", "pas nodig vanaf die dag")
    _many(made, "--waive", waiver, "KEY:VOORWAARDE=GROND", "start zonder die voorwaarde (afwijking)")
    _many(made, "--urgent", str, "KEY", "met spoed")
    _many(
        made,
        "--for",
        _pair("--for", "KEY=CODE"),
        "KEY=CODE",
        "waarvoor een voorziening is, zoals special_assistance=bed",
        "purposes",
    )


def _ask(made: DutchParser) -> None:
    made.add_argument("--ask", action="store_true", help="vraag akkoord aan een ander; tot dan verandert er niets")


def _by(made: DutchParser) -> None:
    made.add_argument("--by", required=True, metavar="CODE", help="rol of medewerkerscode van wie dit doet")


def _on(made: DutchParser) -> None:
    made.add_argument(
        "--on", type=_day("--on"), metavar="DATUM", help="de dag waarop het gebeurde (standaard: vandaag)"
    )


def _many(made: DutchParser, option: str, kind: Any, metavar: str, help_text: str, name: str | None = None) -> None:
    dest = name or option.removeprefix("--").replace("-", "_")
    made.add_argument(
        option, nargs="+", action="extend", default=[], type=kind, metavar=metavar, help=help_text, dest=dest
    )


def _day(what: str) -> Any:
    return lambda text: inputs.day(text, what, _today())


def _today() -> date:
    return day_of(utc_now())


def _field(text: str) -> tuple[str, str]:
    """``NAME=VALUE``; a day may be written as people write it."""
    name, value = _pair("--field", "NAAM=WAARDE")(text)
    return name, inputs.iso_where_a_day(value, _today())


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise InvalidInput(
            f"'{inputs.shown(text)}' is geen aantal. Verwacht: een geheel getal van 1 tot en met 100000."
        )
    return int(text)


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput(f"'{inputs.shown(text)}' kan niet voor --seed. Verwacht: een geheel getal vanaf 0.")
    return int(text)


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
        return key, inputs.day(day, f"{option} {inputs.shown(key)}", _today())

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
    start, end = (inputs.day(text, "--suspended", _today()) for text in (first, last))
    if end < start:
        raise InvalidInput(f"De periode {text} eindigt voor zij begint.")
    if (end - start).days > 3660:
        raise InvalidInput(f"De periode {text} is langer dan tien jaar. Kies een kortere.")
    return start, end


def once(pairs: Sequence[tuple[Any, Any]], option: str) -> dict[Any, Any]:
    """Pairs as a mapping. Raises ``InvalidInput`` when one name is given twice."""
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(f"{option} noemt '{inputs.shown(str(name))}' twee keer. Geef één waarde.")
        found[name] = value
    return found
