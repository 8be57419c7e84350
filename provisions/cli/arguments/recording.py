"""What happens while a provision runs."""

from provisions.cli.arguments import options, values
from provisions.cli.arguments.dutch_parser import KEY_HELP, REF_HELP, Commands
from provisions.domain import dutch
from provisions.domain.case import BY_COUNTER, BY_TABLE
from provisions.domain.rungs import RungName


def intake(commands: Commands) -> None:
    """The beginning of a case."""
    made = commands.add(
        "intake",
        "start een traject, of vele tegelijk uit een CSV-bestand",
        "intake TR-2026-0042 --route voluntary --need id_document postal_address --by regisseur-3",
        "intake TR-2026-0043 --route wvggz --need all --present housing --on 2026-11-02 --by regisseur-3",
        "intake --file trajecten.csv --by regisseur-3",
    )
    made.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    made.add_argument("--file", metavar="CSV", help="vele trajecten tegelijk: allemaal of geen")
    made.add_argument("--route", metavar="ROUTE", help=options.choices(dutch.ROUTE))
    made.add_argument(
        "--municipality", metavar="GEMEENTE", help=f"{options.MUNICIPALITY_HELP} (standaard: de eerste daarin)"
    )
    made.add_argument("--brp", metavar="BRP", help=f"{options.choices(dutch.BRP)}; standaard: unknown")
    made.add_argument("--director", metavar="CODE", help="code van de regisseur")
    made.add_argument("--living", metavar="CODE", help=f"{options.LIVING_HELP}; standaard: unknown")
    options.losing_place(made)
    made.add_argument("--wlz", metavar="CODE", help="langdurige zorg, zoals none of ggz; standaard: unknown")
    made.add_argument("--contact", metavar="CODE", help=options.CONTACT_HELP)
    made.add_argument("--own-number", metavar="NUMMER", help="zaaknummer van de gemeente; geen BSN")
    options.many(made, "--need", str, "KEY", "voorzieningen die nodig zijn, zoals id_document (of: all)")
    options.many(made, "--present", str, "KEY", "voorzieningen die er al zijn")
    options.needs(made)
    options.by(made)
    options.on(made)


def outcome(commands: Commands) -> None:
    """How a provision ended."""
    made = commands.add(
        "outcome",
        "leg een uitkomst vast, of vele uit een bestand",
        "outcome TR-2026-0042 id_document delivered --by regisseur-3",
        "outcome TR-2026-0042 postal_address delivered --field ground=no_residence --on 2026-11-20 --by regisseur-3",
        "outcome --file uitkomsten.csv --by loket-burgerzaken",
    )
    made.add_argument("reference", metavar="REF", nargs="?", help=REF_HELP)
    made.add_argument("key", metavar="KEY", nargs="?", help=KEY_HELP)
    made.add_argument("outcome", metavar="UITKOMST", nargs="?", help=options.choices(dutch.OUTCOME))
    made.add_argument(
        "--file",
        metavar="CSV",
        help="vele uitkomsten tegelijk: allemaal of geen; kolommen reference, key, outcome, en zo nodig on, field, note en cause",
    )
    options.many(made, "--field", values.field, "NAAM=WAARDE", "eigen velden van de voorziening")
    options.cause(made)
    made.add_argument("--note", metavar="TEKST", help=f"notitie; {options.STAYS_HERE}")
    options.by(made)
    options.on(made)


def clock(commands: Commands) -> None:
    """The clock, stopped and going again."""
    suspend = commands.on_provision(
        "suspend",
        "zet de klok stil",
        "suspend TR-2026-0042 benefit_decision --reason client_documents --until 2026-12-04 --by regisseur-3",
    )
    suspend.add_argument("--reason", required=True, metavar="REDEN", help=options.choices(dutch.REASON))
    suspend.add_argument(
        "--until", required=True, type=values.day("--until"), metavar="DATUM", help="dan loopt de klok weer"
    )
    suspend.add_argument("--approved-by", metavar="CODE", help="teamleider, bij langer dan vier weken")
    options.ask(suspend)
    options.by(suspend)
    options.on(suspend)

    resume = commands.on_provision("resume", "laat de klok weer lopen")
    options.by(resume)
    options.on(resume)


def escalation(commands: Commands) -> None:
    """What is waited for no longer, and what the tables answered."""
    waive = commands.on_provision(
        "waive",
        "start zonder een voorwaarde (afwijking)",
        'waive TR-2026-0042 postal_address id_document --ground "identiteit is vastgesteld" --by regisseur-3',
    )
    waive.add_argument("dependency", metavar="VOORWAARDE", help="de voorziening waarop niet meer wordt gewacht")
    waive.add_argument("--ground", required=True, metavar="TEKST", help=f"waarom dat kan; {options.STAYS_HERE}")
    waive.add_argument(
        "--because",
        default="other",
        metavar="CODE",
        help="uit provisions.toml, zoals evidence_afterwards; standaard: other",
    )
    options.by(waive)
    options.on(waive)

    answer = commands.on_provision(
        "answer",
        "leg het antwoord van een tafel vast",
        "answer TR-2026-0042 id_document doorbraaktafel priority --by regisseur-3",
    )
    tables = {rung: rung.label for rung in RungName.tables()}
    answer.add_argument("rung", metavar="STAP", help=options.choices(tables))
    said = {said.value: dutch.SAID[said] for said in BY_TABLE}
    answer.add_argument("answer", metavar="ANTWOORD", help=options.choices(said))
    options.cause(answer)
    answer.add_argument(
        "--amount", type=values.euros("--amount"), metavar="EURO", help="bij maatwerkbudget, zoals 120.00"
    )
    answer.add_argument(
        "--purpose", metavar="CODE", help="waarvoor het budget is: code uit provisions.toml, zoals keep_place"
    )
    answer.add_argument("--spent-on", metavar="CODE", help="wat ermee wordt betaald, zoals rent_or_costs")
    options.by(answer)

    submit = commands.on_provision(
        "submit",
        "beslis over indienen bij het landelijk Maatwerkloket, of vooraf bij het centrale loket van de regio",
        'submit TR-2026-0042 emergency_shelter submitted --desk central_desk --reason "hier is geen plek" --by maatwerk-1',
    )
    submit.add_argument("decision", metavar="BESLISSING", help=options.choices(dutch.DECISION))
    submit.add_argument("--reason", required=True, metavar="TEKST", help=f"waarom wel of niet; {options.STAYS_HERE}")
    submit.add_argument(
        "--desk",
        metavar="LOKET",
        help=f"{options.choices(dutch.DESK)}; alleen nodig als er over beide een oordeel wacht",
    )
    options.by(submit)


def follow_up(commands: Commands) -> None:
    """What had to be done after the outcome."""
    followup = commands.on_provision(
        "followup",
        "een vervolgactie is gedaan",
        "followup TR-2026-0042 wmo_indication support_started done --by regisseur-3",
    )
    followup.add_argument(
        "name",
        metavar="NAAM",
        help="van de vervolgactie; 'provisions show REF' noemt hem. Van het hele traject: schrijf traject als KEY",
    )
    followup.add_argument("done", metavar="done", choices=("done",), help="het woord done")
    options.by(followup)
    options.on(followup)


def replies(commands: Commands) -> None:
    """What a counter answered."""
    reply = commands.on_provision(
        "reply",
        "leg vast wat een loket antwoordde",
        "reply TR-2026-0042 id_document promised --on 2026-11-09 --by regisseur-3",
        "reply TR-2026-0042 wmo_indication obstacle --cause capacity --by regisseur-3",
    )
    reply.add_argument(
        "said", metavar="ANTWOORD", help=options.choices({said.value: dutch.SAID[said] for said in BY_COUNTER})
    )
    reply.add_argument(
        "--on",
        type=values.day("--on"),
        metavar="DATUM",
        help="de dag die het loket noemt; bij promised een dag die nog komt (standaard: vandaag)",
    )
    options.cause(reply)
    options.many(reply, "--field", values.field, "NAAM=WAARDE", "eigen velden van de voorziening, bij een uitkomst")
    reply.add_argument("--number", metavar="NUMMER", help="hoe het loket de zaak noemt; geen BSN")
    reply.add_argument("--remark", metavar="TEKST", help=f"opmerking, hoogstens 200 tekens; {options.STAYS_HERE}")
    options.by(reply)
    link = commands.on_provision(
        "link",
        "stuur een nieuwe link om te antwoorden, naar het adres waar de eerste heen ging",
        "link TR-2026-0042 id_document --renew --by regisseur-3",
    )
    link.add_argument("--renew", action="store_true", help="een nieuwe link; de oude blijft ook werken")
    options.by(link)
    handled = commands.on_provision(
        "handled", "wat een antwoord vroeg ('bel mij'), is gedaan", "handled TR-2026-0042 id_document --by regisseur-3"
    )
    options.by(handled)
