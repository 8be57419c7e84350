"""What a run form offers to choose from: value for the use cases → Dutch label. No form has free text."""

from collections.abc import Mapping

from flows.forms.fields import CODE_HELP, CODE_PATTERN, optional, required
from flows.forms.form import Fields, Values
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.rules import Catalogue
from provisions.inputs import EARLIER_REFERENCES, WHOLE_CASE

# Grounds and reasons are kept as their Dutch sentence, in our own database only.
WAIVER_GROUNDS = (
    "Het bewijs volgt later (bewijslast achteraf, handreiking 2.4)",
    "Wachten maakt de situatie onveilig",
    "De cliënt kan nu niet aan de voorwaarde voldoen",
    "De doorbraaktafel heeft dit besloten",
)
SUBMIT_REASONS = (
    "Lokaal en regionaal is alles geprobeerd wat redelijk is",
    "De regels staan een oplossing in de weg",
    "Lokaal of regionaal is nog niet alles geprobeerd",
    "Er is inmiddels een oplossing in zicht",
    "De cliënt wil dit niet",
)
REOPEN_REASONS = (
    "Per vergissing afgesloten",
    "De voorziening is weggevallen",
    "De uitkomst klopte niet",
    "De cliënt wil het alsnog",
)

ROUND, LAST_ROUND = "round", 9999
ROUND_HELP = (
    "Alleen nodig als er van deze voorziening meer rondes open zijn. Bij 'Identiteitsbewijs (2)' is het 2; staat er geen getal, "
    "dan is het 1. Leeg laten betekent: de ronde die open is, of anders de laatste."
)


def sentences(texts: tuple[str, ...]) -> Mapping[str, str]:
    """Choices that are kept as the sentence that was chosen."""
    return {text: text for text in texts}


def capitalised(labels: Mapping[str, str]) -> dict[str, str]:
    """The domain's words, as they stand in a form."""
    return {value: dutch.capitalised(label) for value, label in labels.items()}


def provisions(catalogue: Catalogue) -> dict[str, str]:
    """All provisions."""
    return {key: dutch.capitalised(rule.name) for key, rule in catalogue.provisions.items()}


def waivers(catalogue: Catalogue) -> dict[str, str]:
    """Each dependency that can be deviated from, as ``provision:dependency``."""
    return {
        f"{rule.key}:{dependency}": dutch.without(rule.name, catalogue.named(dependency))
        for rule in catalogue.provisions.values()
        for dependency in rule.edges
    }


def follow_ups(catalogue: Catalogue) -> dict[str, str]:
    """Each follow-up that there is, as ``provision:name``; of the case as a whole as ``traject:name``."""
    return {
        f"{WHOLE_CASE}:{rule.name}": dutch.follow_up(WHOLE_CASE, rule.title) for rule in catalogue.case_follow_ups
    } | {
        f"{rule.key}:{found.name}": dutch.follow_up(rule.name, found.title)
        for rule in catalogue.provisions.values()
        for found in rule.follow_ups
    }


def municipalities(config: Config) -> dict[str, str]:
    """All municipalities; the first is the default."""
    return {key: municipality.name for key, municipality in config.organisation.municipalities.items()}


def with_new_reference(config: Config) -> Fields:
    """A form that begins with the reference of a case to be started."""
    return _reference(config.organisation.reference_pattern)


def with_reference(config: Config) -> Fields:
    """A form that begins with the reference of a case; recorded ones may look as they did before the setting was narrowed."""
    return _reference(f"(?:{config.organisation.reference_pattern})|(?:{EARLIER_REFERENCES})")


def _reference(pattern: str) -> Fields:
    help_text = "De referentie van het traject, bijvoorbeeld TR-2026-0042. Geen naam, geen BSN."
    return Fields().add(
        "reference", lambda position: required(str, position, "Referentie", help_text, pattern=f"^(?:{pattern})$")
    )


def of_a_provision(config: Config) -> Fields:
    """A form about one provision of a case; :func:`which` says what was chosen."""
    return with_round(with_reference(config).choose("provision", provisions(config.catalogue), "Welke voorziening?"))


def with_round(fields: Fields) -> Fields:
    """Add the round, for a provision that was needed more than once: a form is made at start and knows no case."""
    return fields.add(ROUND, lambda position: optional(int, position, "Welke ronde?", ROUND_HELP, ge=1, le=LAST_ROUND))


def which(values: Values, key: str | None = None) -> str:
    """The provision that was chosen (or ``key``), as the use cases take it: with its round where one was filled in.

    >>> which({"provision": "special_assistance", "round": 2}), which({"provision": "housing", "round": None})
    ('special_assistance#2', 'housing')
    """
    chosen = values["provision"] if key is None else key
    return chosen if values[ROUND] is None else f"{chosen}#{values[ROUND]}"


def code(fields: Fields, name: str, title: str, help_text: str = "") -> Fields:
    """Add a code that may stay empty."""
    text = f"{help_text} {CODE_HELP}".strip()
    return fields.add(name, lambda position: optional(str, position, title, text, pattern=CODE_PATTERN))
