"""What runs it, and what looks after the machine that it runs on."""

from provisions.cli.arguments.dutch_parser import Commands


def components(commands: Commands) -> None:
    """What is started, alone or together, and what must hold before."""
    commands.add("up", "start alles: database, Prefect en de motor; stopt met Ctrl-C")
    commands.add("engine", "start alleen een motor, naast andere op dezelfde database (docs/operations.md)")
    commands.add("server", "start alleen Prefect; met PROVISIONS_REDIS_URL een van meer achter een balancer")
    commands.add("web", "start alleen de pagina's waar mensen zich aanmelden, naast een motor op dezelfde database")
    commands.add("services", "start alleen het achtergrondwerk van meer servers van Prefect")
    commands.add("worker", "start een werker voor de pool in PROVISIONS_WORK_POOL")
    migrate = commands.add("migrate", "breng de database naar de versie van dit programma; eerst alle motoren stoppen")
    migrate.add_argument(
        "--here",
        action="store_true",
        help="de database hoort voortaan bij deze installatie (na een verhuizing, of als de andere machine verloren is)",
    )
    commands.add("demo", "start alles met twintig voorbeeldtrajecten, in een eigen map")
    check = commands.add("check", "controleer de configuratie en de verbindingen", "check", "check --call")
    check.add_argument(
        "--call", action="store_true", help="laat ook elke gateway de eerste van de bereikbaarheidsdienst bellen"
    )


def completion(commands: Commands) -> None:
    """What the shell completes."""
    made = commands.add("completion", "laat de shell opdrachten, opties en codes aanvullen", "completion bash")
    made.add_argument("shell", metavar="bash|zsh", choices=("bash", "zsh"), help="welke shell")
