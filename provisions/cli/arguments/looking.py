"""What is looked at: nothing of a case changes."""

from pathlib import Path

from provisions.access import Actor
from provisions.cli.arguments import options, values
from provisions.cli.arguments.dutch_parser import REF_HELP, Commands
from provisions.views.listing import WORDS


def term(commands: Commands) -> None:
    """One date, explained."""
    made = commands.add("term", "bereken een termijn en leg de datum uit", 'term "2 werkdagen" --from 2026-05-13')
    made.add_argument("term", metavar="TERMIJN", help="bijvoorbeeld '2 werkdagen' of '8 weken'")
    made.add_argument(
        "--from", dest="event", required=True, type=values.day("--from"), metavar="DATUM", help=options.DAY_HELP
    )
    made.add_argument("--roll", choices=("atw", "none"), default="atw", help="schuift het einde op volgens de Atw?")
    options.many(made, "--suspended", values.period, "A/B", "klok stilgezet van dag A tot dag B")


def cases(commands: Commands) -> None:
    """What stands in the database."""
    commands.on_case("show", "laat een traject zien", "show TR-2026-0042")
    listed = commands.add(
        "list",
        "trajecten, een per regel",
        "list --director regisseur-3",
        "list --status unassigned",
        'list --search "tr 2026 101"',
    )
    listed.add_argument("--director", metavar="CODE", help="van deze regisseur, ook wie hij of zij nu vervangt")
    listed.add_argument("--municipality", metavar="GEMEENTE", help=options.MUNICIPALITY_HELP)
    listed.add_argument("--status", metavar="STAND", help=options.choices(WORDS))
    listed.add_argument("--search", metavar="TEKST", help="stukjes van de referentie, zoals 'tr 2026 101'")
    commands.on_case("answers", "wat er is gevraagd en geantwoord", "answers TR-2026-0042")
    overdue = commands.add("overdue", "wat is nu te laat")
    overdue.add_argument("--municipality", metavar="GEMEENTE", help=options.MUNICIPALITY_HELP)
    audit = commands.add("audit", "wie deed wat wanneer, en waarom", "audit TR-2026-0042", "audit --verify")
    audit.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    audit.add_argument("--verify", action="store_true", help="controleer of er nergens iets veranderd of weggehaald is")
    audit.add_argument("--known", metavar="ANKER", help="een anker van een eerdere controle (bij --verify)")


def messages(commands: Commands) -> None:
    """What was sent, and what could not be."""
    made = commands.add(
        "messages",
        "de berichten: welke er zijn, wat er in stond, opnieuw versturen",
        "messages --undelivered",
        "messages show 1a2b3c4d",
        "messages resend 1a2b3c4d --by teamleider-1",
    )
    made.add_argument(
        "action", metavar="list|show|resend", nargs="?", default="list", choices=("list", "show", "resend")
    )
    made.add_argument("identity", metavar="NUMMER", nargs="?", help="het nummer uit de lijst (bij show en resend)")
    made.add_argument("--status", metavar="STAND", help="pending, sent, void of failed")
    made.add_argument("--undelivered", action="store_true", help="alleen wat niet bezorgd kon worden")
    made.add_argument("--reference", metavar="REF", help=REF_HELP)
    made.add_argument("--municipality", metavar="GEMEENTE", help=options.MUNICIPALITY_HELP)
    made.add_argument("--limit", metavar="AANTAL", type=values.count, default=50, help="hoogstens zoveel; standaard 50")
    made.add_argument("--by", type=Actor.typed, metavar="CODE", help="wie het bericht opnieuw verstuurt (bij resend)")


def report(commands: Commands) -> None:
    """The report of a week."""
    made = commands.add("report", "het weekrapport voor de stuurgroep", "report --week 2026-W47")
    made.add_argument("--week", metavar="WEEK", help="bijvoorbeeld 2026-W47 (standaard: de week die voorbij is)")
    made.add_argument(
        "--out", metavar="MAP", type=Path, help="waar de bestanden komen (standaard: reports in de datamap)"
    )


def bring_in(commands: Commands) -> None:
    """What is brought before the steering group, and what it decides."""
    made = commands.add(
        "bring-in",
        "breng iets in bij de stuurgroep; zonder opties: wat er is ingebracht",
        'bring-in --municipality voorbeeldstad --about housing --cause no_place --cases 7 --decision "Reserveer twee woningen" '
        "--owner corporatie --due 2027-01-15 --by teamleider-1",
        "approve S-4 --by teamleider-2",
        "bring-in",
    )
    made.add_argument("--municipality", metavar="GEMEENTE", help="van wie het komt")
    made.add_argument("--about", metavar="KEY", help="waarover: een voorziening, of other")
    made.add_argument(
        "--cause", metavar="CODE", help="wat er in de weg staat: code uit provisions.toml, zoals no_place"
    )
    made.add_argument("--cases", metavar="AANTAL", help="om hoeveel cliënten het gaat")
    made.add_argument(
        "--decision", metavar="TEKST", help="welk besluit u vraagt: hoogstens 300 tekens, over geen cliënt"
    )
    made.add_argument("--owner", metavar="CODE", help="wie het moet doen: een rol of code, geen naam")
    made.add_argument("--due", type=values.day("--due"), metavar="DATUM", help="wanneer het klaar moet zijn")
    made.add_argument("--by", type=Actor.typed, metavar="CODE", help="wie dit vraagt")
    decided = commands.add(
        "decide",
        "leg vast wat de stuurgroep besloot, of dat het gedaan is",
        "decide S-4 adopted --by stuurgroep-1",
        "decide S-4 deferred --until 2027-02-01 --by stuurgroep-1",
    )
    decided.add_argument("number", metavar="S-NUMMER", help="zoals 'provisions bring-in' het noemt")
    decided.add_argument("decision", metavar="BESLUIT", help="adopted, rejected, deferred of done")
    decided.add_argument("--until", type=values.day("--until"), metavar="DATUM", help="bij deferred: tot wanneer")
    options.by(decided)


def monitor(commands: Commands) -> None:
    """Where clients sleep, and Wlz, counted."""
    made = commands.add(
        "monitor", "kengetallen: waar cliënten slapen, of zij die plek kwijtraken, en Wlz", "monitor --on 2026-09-30"
    )
    made.add_argument("--on", type=values.day("--on"), metavar="DATUM", help="standaard vandaag")
    made.add_argument("--out", metavar="MAP", type=Path, help="waar het CSV-bestand komt; zonder: alleen op het scherm")


def sheet(commands: Commands) -> None:
    """A case on paper."""
    made = commands.on_case(
        "sheet",
        "een traject op één blad, voor een overleg of (--client) voor de cliënt",
        "sheet TR-2026-0042 --client --out overleg",
    )
    made.add_argument("--client", action="store_true", help="in gewone woorden: dit hebben wij voor u gevraagd")
    made.add_argument("--out", metavar="MAP", type=Path, required=True, help="waar de bestanden komen")


def simulate(commands: Commands) -> None:
    """A year ahead, with clients that do not exist."""
    made = commands.add(
        "simulate",
        "reken een jaar vooruit met verzonnen cliënten: hoeveel overschrijdingen, waar, en wat als een loket sneller was",
        "simulate",
        "simulate --scenario region --what-if id_document=2 --what-if id_document=2 postal_address=2",
        "simulate --scenario mijn-regio.toml --runs 10 --out simulatie",
    )
    made.add_argument(
        "--scenario", metavar="BESTAND", default="country", help="een TOML-bestand, of country (standaard) of region"
    )
    made.add_argument(
        "--what-if",
        metavar="WAT",
        nargs="+",
        action="append",
        help="VOORZIENING=FACTOR: dat loket zo veel keer zo snel; of de naam van een wat-als in het scenario "
        "(standaard: allemaal), of PLEK=WAARDE. Wat achter één --what-if staat, geldt samen",
    )
    made.add_argument("--runs", metavar="AANTAL", type=values.count, help="zo vaak simuleren (standaard: zie scenario)")
    made.add_argument("--seed", metavar="GETAL", type=values.seed, help="andere toevallen (standaard: zie scenario)")
    made.add_argument("--out", metavar="MAP", type=Path, help="schrijf ook een pagina met grafieken in deze map")
