"""What changes in the life of a case."""

from provisions.access import Actor
from provisions.cli.arguments import options, values
from provisions.cli.arguments.dutch_parser import KEY_HELP, REF_HELP, Commands


def needs(commands: Commands) -> None:
    """What is needed more, and by when."""
    add = commands.on_case("add", "voeg een voorziening toe")
    add.add_argument("keys", metavar="KEY", nargs="+", help="een of meer voorzieningen, zoals day_activity")
    options.needs(add)
    options.by(add)
    options.on(add)

    agree = commands.on_provision("agree", "leg een (nieuwe) afgesproken datum vast")
    agree.add_argument("day", metavar="DATUM", type=values.day("de afspraak"), help=options.DAY_HELP)
    options.by(agree)
    options.on(agree)


def transfer(commands: Commands) -> None:
    """Another municipality, in two steps."""
    begun = commands.on_case(
        "transfer",
        "de cliënt is verhuisd: begin de overdracht aan een andere gemeente",
        "transfer TR-2026-0042 --municipality duinrade --director regisseur-7 --by regisseur-3",
    )
    begun.add_argument("--municipality", required=True, metavar="GEMEENTE", help=options.MUNICIPALITY_HELP)
    begun.add_argument("--director", metavar="CODE", help="wie het traject daar overneemt; mag leeg blijven")
    options.by(begun)
    accepted = commands.on_case("accept", "neem een traject over dat een andere gemeente overdraagt")
    options.by(accepted)
    declined = commands.on_case("decline", "neem een traject niet over; het blijft waar het was")
    declined.add_argument(
        "--because", required=True, metavar="CODE", help="uit provisions.toml, zoals not_living_here of incomplete"
    )
    options.by(declined)


def directors(commands: Commands) -> None:
    """Whose case it is."""
    assign = commands.add(
        "assign",
        "geef trajecten voorgoed aan een andere regisseur: allemaal of geen",
        "assign TR-2026-0042 TR-2026-0043 --director regisseur-4 --by teamleider-1",
    )
    assign.add_argument("references", metavar="REF", nargs="+", help=REF_HELP)
    assign.add_argument("--director", required=True, metavar="CODE", help="code van de nieuwe regisseur")
    options.by(assign)

    away = commands.add(
        "away",
        "een regisseur is afwezig, en een ander neemt over; zonder CODE: wie er afwezig is",
        "away regisseur-3 --from 2026-11-09 --until 2026-11-27 --deputy regisseur-4 --by teamleider-1",
        "away",
    )
    away.add_argument("code", metavar="CODE", nargs="?", help="code van de regisseur")
    away.add_argument(
        "--from",
        dest="start",
        type=values.day("--from"),
        metavar="DATUM",
        help="de eerste dag; opnieuw: een verbetering",
    )
    away.add_argument("--until", type=values.day("--until"), metavar="DATUM", help="de laatste dag van de afwezigheid")
    away.add_argument("--deputy", metavar="CODE", help="code van de vervanger")
    away.add_argument(
        "--by", type=Actor.typed, metavar="CODE", help="wie dit vastlegt: een rol of medewerkerscode, nooit een naam"
    )

    back = commands.add(
        "back",
        "een afwezige regisseur is eerder terug, of de afwezigheid gaat niet door",
        "back regisseur-3 --by teamleider-1",
    )
    back.add_argument("code", metavar="CODE", help="code van de regisseur")
    back.add_argument(
        "--by",
        type=Actor.typed,
        required=True,
        metavar="CODE",
        help="wie dit vastlegt: een rol of medewerkerscode, nooit een naam",
    )
    back.add_argument("--on", type=values.day("--on"), metavar="DATUM", help="de eerste dag terug; standaard vandaag")


def ends(commands: Commands) -> None:
    """The end of a case, and an end that was a mistake."""
    reopen = commands.on_case(
        "reopen", "maak een vergissing ongedaan: heropen een voorziening, of een traject dat niet hoorde te eindigen"
    )
    reopen.add_argument("key", metavar="KEY", nargs="?", help=f"{KEY_HELP}; zonder: het hele traject")
    reopen.add_argument("--reason", required=True, metavar="TEKST", help=f"waarom; {options.STAYS_HERE}")
    options.by(reopen)
    options.on(reopen)

    close = commands.on_case("close", "sluit een traject af")
    close.add_argument(
        "--reason",
        default="settled",
        metavar="REDEN",
        help="code uit provisions.toml; standaard: settled (alles is geregeld)",
    )
    options.many(
        close,
        "--to",
        values.pair("--to", "KEY=CODE"),
        "KEY=CODE",
        "wie overneemt wat nog open staat: municipality, provider, other of nobody",
    )
    options.ask(close)
    options.by(close)
    options.on(close)


def rests(commands: Commands) -> None:
    """Out of sight, and back."""
    rest = commands.on_case(
        "rest",
        "de cliënt is uit beeld: alle klokken van het traject staan stil, uiterlijk dertien weken",
        "rest TR-2026-0042 --reason out_of_sight --by teamleider-1",
        "rest TR-2026-0042 --reason out_of_sight --by regisseur-3 --ask",
    )
    rest.add_argument(
        "--reason", required=True, metavar="REDEN", help="out_of_sight (uit beeld) of abroad (in het buitenland)"
    )
    options.ask(rest)
    options.by(rest)
    options.on(rest)
    wake = commands.on_case("wake", "de cliënt is terug: alle klokken lopen weer", "wake TR-2026-0042 --by regisseur-3")
    options.by(wake)
    options.on(wake)


def places(commands: Commands) -> None:
    """The place to sleep, and until when."""
    place = commands.on_case(
        "place",
        "de cliënt raakt een plek om te slapen kwijt, houdt haar, of er is een andere",
        "place TR-2026-0042 ends 2026-12-12 --kind lease --because arrears --by regisseur-3",
        "place TR-2026-0042 kept --by regisseur-3",
        "place TR-2026-0042 found --until 2027-01-15 --by regisseur-3",
    )
    place.add_argument("what", metavar="WAT", help="ends (op die dag kwijt), kept (blijft) of found (er is een andere)")
    place.add_argument(
        "day", metavar="DATUM", nargs="?", type=values.day("de dag"), help=f"bij ends: {options.DAY_HELP}"
    )
    place.add_argument(
        "--kind", metavar="SOORT", help="bij ends: welke plek, code uit provisions.toml, zoals lease of clinic"
    )
    place.add_argument(
        "--because", metavar="REDEN", help="bij ends: waarom, code uit provisions.toml, zoals arrears of release"
    )
    place.add_argument(
        "--until", type=values.day("--until"), metavar="DATUM", help="bij kept of found: tot die dag; zonder: voorgoed"
    )
    options.by(place)


def zaken(commands: Commands) -> None:
    """The municipality's own case system."""
    made = commands.add(
        "zaken",
        "de zaken in het zaaksysteem van de gemeente; met follow: welke zaak het loket zelf opende",
        "zaken --contradicting",
        "zaken follow TR-2026-0042 wmo_indication ZAAK-2026-0001234 --by regisseur-3",
        "zaken retry --by beheerder-1",
    )
    made.add_argument(
        "action",
        metavar="follow|retry",
        nargs="?",
        choices=("follow", "retry"),
        help="follow: volg een zaak van het loket; retry: probeer opnieuw wat niet geopend kon worden",
    )
    made.add_argument("reference", metavar="REF", nargs="?", help="referentie van het traject")
    made.add_argument("key", metavar="KEY", nargs="?", help="de voorziening")
    made.add_argument("number", metavar="ZAAKNUMMER", nargs="?", help="zoals het in het zaaksysteem staat")
    made.add_argument("--open", action="store_true", help="alleen wat open is")
    made.add_argument(
        "--contradicting", action="store_true", help="alleen waar het zaaksysteem iets anders zegt dan hier"
    )
    made.add_argument("--given-up", action="store_true", help="alleen wat niet geopend kon worden")
    made.add_argument("--by", type=Actor.typed, metavar="CODE", help="wie dit doet; geen naam")


def approvals(commands: Commands) -> None:
    """What one asks and another decides."""
    commands.add("approvals", "wat er gevraagd is en nog niet beslist")
    approve = commands.add("approve", "geef akkoord op wat een ander vroeg", "approve A-17 --by teamleider-1")
    approve.add_argument("number", metavar="A-NUMMER", help="zoals 'provisions approvals' het noemt; B-3 mag ook")
    approve.add_argument(
        "--because", metavar="TEKST", help=f"nodig boven wat er over is van het maatwerkbudget; {options.STAYS_HERE}"
    )
    options.by(approve)
    deny = commands.add("deny", "geef geen akkoord op wat een ander vroeg")
    deny.add_argument("number", metavar="A-NUMMER", help="zoals 'provisions approvals' het noemt; B-3 mag ook")
    deny.add_argument("--because", required=True, metavar="TEKST", help=f"waarom; {options.STAYS_HERE}")
    options.by(deny)


def facts(commands: Commands) -> None:
    """What came to be known of the client, and days on which something happened that is no outcome."""
    milestone = commands.on_provision(
        "milestone",
        "leg vast op welke dag iets gebeurde dat nog geen uitkomst is (mijlpaal)",
        "milestone TR-2026-0042 benefit_decision applied --on 2026-11-03 --by regisseur-3",
    )
    milestone.add_argument(
        "name", metavar="MIJLPAAL", help="zoals applied (de aanvraag is binnen); een verkeerde naam noemt welke er zijn"
    )
    options.by(milestone)
    options.on(milestone)
    move = commands.on_provision(
        "move",
        "de dag vanaf wanneer iets nodig is, verandert",
        "move TR-2026-0042 emergency_shelter --needed-from 2026-12-14 --by regisseur-3",
    )
    move.add_argument(
        "--needed-from", required=True, type=values.day("--needed-from"), metavar="DATUM", help=options.DAY_HELP
    )
    options.by(move)
    contact = commands.on_case(
        "contact", "het contact met de cliënt loopt anders", "contact TR-2026-0042 two_people --by regisseur-3"
    )
    contact.add_argument("code", metavar="CODE", help=options.CONTACT_HELP)
    options.by(contact)
    living = commands.on_case(
        "living",
        "leg vast waar de cliënt slaapt, of dat dit nog steeds zo is",
        "living TR-2026-0042 shelter --losing-place yes --by regisseur-3",
        "living TR-2026-0042 own_home --losing-place no --wlz ggz --on 2026-11-20 --by regisseur-3",
    )
    living.add_argument("situation", metavar="PLEK", help=options.LIVING_HELP)
    options.losing_place(living)
    living.add_argument(
        "--wlz", metavar="CODE", help="langdurige zorg, zoals none of ggz; zonder: blijft zoals het was"
    )
    options.by(living)
    options.on(living)


def details(commands: Commands) -> None:
    """What came to be known of a case or a provision: how it is called, why it waits, how urgent it is."""
    number = commands.on_case(
        "number",
        "leg vast hoe de gemeente of een loket de zaak noemt",
        "number TR-2026-0042 Z2026-00123 --by regisseur-3",
        "number TR-2026-0042 WMO-2026-77 --key wmo_indication --by regisseur-3",
    )
    number.add_argument("number", metavar="NUMMER", help="geen BSN; het woord geen haalt het nummer weg")
    number.add_argument("--key", metavar="KEY", help=f"{KEY_HELP}: dan is het het nummer van dat loket")
    options.by(number)
    why = commands.on_provision(
        "why", "leg vast waarom een voorziening er nog niet is", "why TR-2026-0042 housing no_place --by regisseur-3"
    )
    why.add_argument("cause", metavar="OORZAAK", help=options.CAUSE_HELP)
    options.by(why)
    brp = commands.on_case(
        "brp",
        "er is nu bekend of de cliënt in de BRP staat",
        "brp TR-2026-0042 unregistered --by regisseur-3",
    )
    brp.add_argument("brp", metavar="BRP", help="registered (staat erin) of unregistered (staat er niet in)")
    options.by(brp)
    options.on(brp)
    urgent = commands.on_provision(
        "urgent",
        "iets krijgt spoed",
        "urgent TR-2026-0042 debt_counselling --because eviction --by regisseur-3",
    )
    urgent.add_argument(
        "--because", required=True, metavar="CODE", help="uit provisions.toml: eviction, cut_off of other"
    )
    options.by(urgent)
    options.on(urgent)


def notes(commands: Commands) -> None:
    """What is to be remembered."""
    made = commands.on_case(
        "note",
        "schrijf een notitie bij een traject",
        'note TR-2026-0042 "de sociaal werker gaat maandag mee naar het loket" --by regisseur-3',
    )
    made.add_argument("text", metavar="TEKST", help=f"de notitie; {options.STAYS_HERE}")
    made.add_argument("--key", metavar="KEY", help="over deze voorziening; zonder: over het traject")
    options.by(made)
    keep = commands.on_case(
        "keep",
        "laat notities en gronden een jaar langer staan (bij het jaarlijkse nalopen)",
        'keep TR-2026-0042 --reason "de grond van de afwijking is nog nodig" --by regisseur-3',
    )
    keep.add_argument("--reason", required=True, metavar="TEKST", help=f"waarom; {options.STAYS_HERE}")
    options.by(keep)


def undo(commands: Commands) -> None:
    """Second thoughts."""
    made = commands.on_case(
        "undo",
        "draai terug wat u net bij een traject hebt vastgelegd, zolang er geen bericht over weg is (hoogstens een kwartier)",
        "undo TR-2026-0042 --by regisseur-3",
    )
    options.by(made)


def again(commands: Commands) -> None:
    """Needed once more."""
    made = commands.on_provision(
        "again",
        "een voorziening is opnieuw nodig: een nieuwe ronde",
        "again TR-2026-0042 id_document --reason lost --by regisseur-3",
        "again TR-2026-0042 special_assistance --reason new_costs --for clothing --by regisseur-3",
    )
    made.add_argument(
        "--reason", required=True, metavar="REDEN", help="code uit provisions.toml, zoals lost, stolen of expired"
    )
    made.add_argument("--for", dest="purpose", metavar="CODE", help="waarvoor deze ronde is, zoals clothing of keep")
    made.add_argument(
        "--agreed",
        type=values.day("--agreed"),
        metavar="DATUM",
        help="de dag die is afgesproken, waar geen streeftermijn geldt",
    )
    made.add_argument(
        "--needed-from", type=values.day("--needed-from"), metavar="DATUM", help="pas nodig vanaf die dag"
    )
    made.add_argument("--urgent", action="store_true", help="met spoed")
    made.add_argument("--anyway", action="store_true", help="ook als er vandaag al een ronde bij kwam")
    options.by(made)
    options.on(made)


def budget(commands: Commands) -> None:
    """Money for what no rule pays."""
    made = commands.add(
        "budget",
        "het maatwerkbudget: hoe het staat, een bedrag vragen, en wat ervan werd",
        "budget --municipality voorbeeldstad",
        "budget ask TR-2026-0042 --amount 120,00 --why enable_treatment --what transport --by regisseur-3",
        "budget spent B-3 --amount 112,50 --by regisseur-3",
        'budget returned B-3 --amount 7,50 --because "het was goedkoper" --by regisseur-3',
    )
    actions = ("ask", "spent", "returned", "correct")
    made.add_argument(
        "action", metavar="|".join(actions), nargs="?", choices=actions, help="zonder: hoe het budget staat"
    )
    made.add_argument(
        "which", metavar="REF|B-NUMMER", nargs="?", help="bij ask de referentie, anders het nummer van de uitgave"
    )
    made.add_argument("--municipality", metavar="GEMEENTE", help=options.MUNICIPALITY_HELP)
    made.add_argument("--year", type=int, metavar="JAAR", help="standaard dit jaar")
    made.add_argument("--amount", metavar="BEDRAG", help="in euro, zoals 120 of 120,50")
    made.add_argument(
        "--why", metavar="CODE", help="waarom: prevent_worse, enable_treatment, less_stress of keep_place"
    )
    made.add_argument("--what", metavar="CODE", help="waarvoor; een verkeerde code noemt welke er zijn")
    made.add_argument("--key", metavar="KEY", help=f"{KEY_HELP}: voor die voorziening")
    made.add_argument("--because", metavar="TEKST", help=f"waarom; {options.STAYS_HERE}")
    made.add_argument(
        "--by", type=Actor.typed, metavar="CODE", help="wie dit vastlegt: een rol of medewerkerscode, nooit een naam"
    )
    options.on(made)
