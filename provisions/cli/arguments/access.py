"""Who may come in, who may do what, and who looked."""

from provisions.access import Actor, Role
from provisions.cli.arguments import options
from provisions.cli.arguments.dutch_parser import Commands
from provisions.domain.lifecycle import SYSTEM


def people(commands: Commands) -> None:
    """Accounts, and what was looked at."""
    made = commands.add(
        "person",
        "wie zich mag aanmelden: toevoegen, blokkeren, een nieuw adres geven",
        "person add regisseur-3 --role case_director --municipality voorbeeldstad",
        "person list",
        "person block regisseur-3",
    )
    actions = ("add", "list", "block", "unblock", "reset")
    made.add_argument("action", metavar="|".join(actions), choices=actions, help="wat er moet gebeuren")
    made.add_argument("code", metavar="CODE", nargs="?", help="code van de medewerker; geen naam")
    roles = options.choices({role.value: role.called for role in Role})
    options.many(made, "--role", str, "ROL", f"een of meer rollen: {roles}")
    options.many(made, "--municipality", str, "GEMEENTE", "de gemeenten waarin die rollen gelden")
    made.add_argument(
        "--by", type=Actor.typed, metavar="CODE", default=SYSTEM, help="wie dit doet (standaard: wie de machine heeft)"
    )
    looked = commands.add(
        "looked",
        "wie een traject bekeek, wat iemand bekeek, of wie met een reden keek",
        "looked TR-2026-0042",
        "looked regisseur-3",
        "looked",
    )
    looked.add_argument(
        "asked",
        metavar="REF|CODE",
        nargs="?",
        help="referentie van een traject, of code van een medewerker (standaard: wie met een reden keek)",
    )


def preferences(commands: Commands) -> None:
    """How somebody wants messages."""
    made = commands.add(
        "preferences",
        "hoe iemand berichten wil: meteen, of in één overzicht per dag",
        "preferences regisseur.noord",
        "preferences regisseur.noord --messages daily --quiet yes",
    )
    made.add_argument("code", metavar="CODE", help="code van de medewerker")
    paces = options.choices({"at_once": "meteen", "mine": "eigen cliënten meteen", "daily": "één overzicht per dag"})
    made.add_argument("--messages", metavar="HOE", choices=("at_once", "mine", "daily"), help=paces)
    made.add_argument("--quiet", metavar="yes|no", choices=("yes", "no"), help="niets tussen 19.00 en 7.00 uur")


def standby(commands: Commands) -> None:
    """The calls of the stand-by."""
    made = commands.add(
        "standby",
        "hoe het staat met het bellen van de bereikbaarheidsdienst, en een oproep oppakken",
        "standby",
        "standby voorbeeldstad --acknowledge --by regisseur.noord",
    )
    made.add_argument("municipality", metavar="GEMEENTE", nargs="?", help=options.MUNICIPALITY_HELP)
    made.add_argument("--acknowledge", action="store_true", help="ik pak de oproep op: niemand anders wordt gebeld")
    made.add_argument("--by", type=Actor.typed, metavar="CODE", help="wie de oproep oppakt")


def rights(commands: Commands) -> None:
    """The list of rights."""
    made = commands.add(
        "rights", "wie mag wat: welke rol welk recht heeft, en over welke trajecten", "rights", "rights regisseur-3"
    )
    made.add_argument("code", metavar="CODE", nargs="?", help="wat deze persoon mag, en waarom")
