"""The data as a whole: out, back, and gone."""

from provisions.access import Actor
from provisions.cli.arguments import options
from provisions.cli.arguments.dutch_parser import Commands


def data(commands: Commands) -> None:
    """Backup, restore, and the two rights of a client."""
    backup = commands.add("backup", "maak een back-up van de database in een nieuwe map", "backup /veilig/2026-11-22")
    backup.add_argument("folder", metavar="MAP", help="een nieuwe of lege map")
    backup.add_argument("--encrypt", action="store_true", help="versleutel hem: alleen met de sleutel terug te zetten")
    backup.add_argument("--key", metavar="BESTAND", help="sleutel voor --encrypt; zonder: die van deze installatie")
    restore = commands.add("restore", "zet een back-up terug in een lege database", "restore /veilig/2026-11-22")
    restore.add_argument("folder", metavar="MAP", help="de map van de back-up")
    restore.add_argument(
        "--known", metavar="ANKER", help="een anker dat u zelf hebt bewaard; past het niet, dan gebeurt er niets"
    )
    restore.add_argument("--key", metavar="BESTAND", help="de sleutel van de installatie die de back-up maakte")
    export = commands.on_case(
        "export", "alle gegevens van een traject, als JSON", "export TR-2026-0042 --out traject.json"
    )
    export.add_argument("--out", metavar="BESTAND", help="een nieuw bestand; zonder: op het scherm")
    export.add_argument(
        "--client", action="store_true", help="voor de cliënt zelf: functies in plaats van mensen; lees het eerst na"
    )
    export.add_argument("--by", type=Actor.typed, metavar="CODE", help="wie het uitgeeft (bij --client)")
    forget = commands.on_case("forget", "vergeet een afgesloten traject", "forget TR-2026-0042 --by regisseur-3")
    options.by(forget)
