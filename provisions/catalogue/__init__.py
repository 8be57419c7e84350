"""The configuration: TOML files become domain objects, or one error with every fault in it.

Who may do what (``rights.toml``) is as shipped where a folder has no such file of its own; ``prefect.toml`` and
``zaken.toml`` may be left out.

Loaded once at start. No clock, no network; the standard library only.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from provisions.access import Rights
from provisions.catalogue.arrangements import arrangement_to_make
from provisions.catalogue.automations import AUTOMATIONS, Automation, read_automations
from provisions.catalogue.case_follow_ups import read_case_follow_ups
from provisions.catalogue.codes import read_codes, read_ends
from provisions.catalogue.contacts import Contact, Webhook
from provisions.catalogue.entry import Entry, meant
from provisions.catalogue.notices import read_notice
from provisions.catalogue.organisation import Municipality, Organisation, read_organisation
from provisions.catalogue.people import unlisted
from provisions.catalogue.places import read_place
from provisions.catalogue.pool import PoolRule, read_pool
from provisions.catalogue.provisions import read_provisions
from provisions.catalogue.rights import RIGHTS, read_rights
from provisions.catalogue.signals import read_signals
from provisions.catalogue.themes import Theme, read_themes
from provisions.catalogue.warnings import reached, read_warnings, unwarned
from provisions.catalogue.working_days import read_calendar, with_closing_days
from provisions.catalogue.zaken import ZAKEN, CaseSystem, read_zaken
from provisions.domain.encodings import decoded
from provisions.domain.errors import InvalidConfig, InvalidInput
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Catalogue, ProvisionRule
from provisions.domain.rungs import RungName
from provisions.domain.tags import not_of_a_municipality

__all__ = [
    "PROJECT",
    "TEMPLATES",
    "CaseSystem",
    "Config",
    "Contact",
    "Municipality",
    "Organisation",
    "Webhook",
    "load",
    "parse",
]

PROJECT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = PROJECT / "templates"
SHIPPED = PROJECT / "config"
UTF8 = "Sla het op als UTF-8 zonder BOM."
PROVISIONS, ORGANISATION, CALENDAR = "provisions.toml", "organisation.toml", "calendar.toml"

_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True)
class Config:
    """Everything in ``config/``. ``warnings`` are Dutch sentences: nothing is wrong, but somebody should look."""

    catalogue: Catalogue
    organisation: Organisation
    warnings: tuple[str, ...] = ()
    rights: Rights = field(default_factory=Rights)
    automations: tuple[Automation, ...] = ()
    themes: Mapping[str, Theme] = field(default_factory=dict)
    zaken: Mapping[str, CaseSystem] = field(default_factory=dict)
    pool: PoolRule = field(default_factory=PoolRule)

    def theme_name(self, towns: Collection[str]) -> str:
        """Which of ``themes`` for whoever works for ``towns``: a municipality's own is for whoever works for it alone."""
        organisation = self.organisation
        own = organisation.municipalities[next(iter(towns))].theme if len(towns) == 1 else ""
        return own or organisation.theme


def load(folder: Path, project: Path = PROJECT) -> Config:
    """Read and validate the files in ``folder``; ``project`` is where ``flows/`` and ``templates/`` are.

    Raises ``InvalidConfig`` (exit 2) with one line for each fault: file, entry, key and remedy.
    """
    faults: list[str] = []
    roots = {name: parse(folder / name, faults) for name in (PROVISIONS, ORGANISATION, CALENDAR)}
    own_rights = folder / RIGHTS
    roots[RIGHTS] = parse(own_rights if own_rights.exists() else SHIPPED / RIGHTS, faults)
    for optional in (AUTOMATIONS, ZAKEN):
        own = folder / optional
        roots[optional] = parse(own, faults) if own.exists() else Entry(optional, "", {}, faults)
    if faults:
        raise InvalidConfig(*faults)
    codes, ends = read_codes(roots[PROVISIONS]), read_ends(roots[PROVISIONS])
    case_follow_ups = read_case_follow_ups(roots[PROVISIONS])
    notice = read_notice(roots[PROVISIONS])
    of_place = roots[PROVISIONS].table("place")
    warned = read_warnings(roots[PROVISIONS])
    signals = read_signals(roots[PROVISIONS])
    rules, warnings = read_provisions(roots[PROVISIONS], codes)
    place = read_place(of_place, codes, rules)
    organisation = read_organisation(roots[ORGANISATION])
    calendar = read_calendar(roots[CALENDAR])
    rights = read_rights(roots[RIGHTS])
    pool = read_pool(roots[AUTOMATIONS], folder)
    automations = read_automations(roots[AUTOMATIONS], organisation.municipalities, rules)
    zaken = read_zaken(roots[ZAKEN], organisation.municipalities, rules)
    themes = read_themes((folder, SHIPPED), _themes_wanted(organisation), parse, faults)
    _check_counters(rules, organisation, faults)
    _check_files(rules, project, faults)
    _check_tags(rules, organisation, faults)
    if faults:
        raise InvalidConfig(*faults)
    municipalities = organisation.municipalities
    catalogue = Catalogue(
        provisions=rules,
        calendar=calendar,
        calendars={key: with_closing_days(calendar, m.closing_days) for key, m in municipalities.items()},
        tables={key: frozenset(RungName.optional()) & m.tables.keys() for key, m in municipalities.items()},
        automatic=frozenset(key for key, m in municipalities.items() if m.automatic_submission),
        office_hours={key: m.office_hours for key, m in municipalities.items()},
        codes=codes,
        ends=ends,
        case_follow_ups=case_follow_ups,
        notice=notice,
        place=place,
        budgets={key: m.budget for key, m in municipalities.items() if m.budget is not None},
        warnings=warned,
        warned=reached(organisation),
        signals=signals,
        central_desk=organisation.central_desk is not None,
        letters_wait=organisation.letters_wait,
        overview_at=organisation.morning_message,
        zaken={(place, key): rule for place, system in zaken.items() for key, rule in system.rules.items()},
    )
    unused = (*_unused_counters(rules, organisation), *arrangement_to_make(organisation))
    warnings = (*warnings, *unused, *_unlisted_directors(organisation), *unwarned(organisation, warned))
    return Config(catalogue, organisation, warnings, rights, automations, themes, zaken, pool)


def _themes_wanted(organisation: Organisation) -> dict[str, str]:
    own = {f"municipality.{key}": m.theme for key, m in organisation.municipalities.items() if m.theme}
    return {"region": organisation.theme, **own}


@lru_cache(maxsize=32)
def _toml(text: str) -> dict[str, Any]:
    """The values in ``text``, which nobody changes: a process that reads a file again does not parse it again."""
    return tomllib.loads(text)


def parse(path: Path, faults: list[str]) -> Entry:
    """The top table of a TOML file; an empty one, and a line in ``faults``, when it can't be read."""
    name = path.name
    try:
        return Entry(name, "", _toml(decoded(path.read_bytes(), name, UTF8)), faults)
    except FileNotFoundError:
        faults.append(f"{name}: dit bestand is er niet in {path.parent}. Zet het terug, of verbeter PROVISIONS_CONFIG.")
    except NotADirectoryError:
        faults.append(f"{name}: {path.parent} is een bestand, geen map. Verbeter PROVISIONS_CONFIG.")
    except IsADirectoryError:
        faults.append(f"{name}: dit is een map, geen bestand. Zet het bestand terug in {path.parent}.")
    except OSError as error:
        faults.append(f"{name}: dit bestand is niet te lezen ({error.strerror}). Controleer de rechten op {path}.")
    except InvalidInput as error:
        faults.append(f"{name}: {error}")
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        where = f"regel {place[1]}, kolom {place[2]}" if place else "einde van het bestand"
        faults.append(
            f"{name}, {where}: hier klopt de TOML niet ({_LINE.sub('', str(error))}). "
            "Controleer aanhalingstekens, haakjes, datums en dubbele sleutels op die regel of vlak erboven."
        )
    return Entry(name, "", {}, faults)


def _check_counters(rules: Mapping[str, ProvisionRule], organisation: Organisation, faults: list[str]) -> None:
    """Every counter that a provision asks must be reachable in every municipality."""
    municipalities = organisation.municipalities.values()
    known = {name for municipality in municipalities for name in municipality.counters}
    for rule in rules.values():
        if rule.counter and rule.counter not in known:
            faults.append(
                f"{PROVISIONS}, [provision.{rule.key}], sleutel 'counter': geen enkele gemeente heeft loket '{rule.counter}'. "
                f"{meant(rule.counter, known)} Of voeg het toe in {ORGANISATION}."
            )
    for municipality in municipalities:
        for counter in sorted({rule.counter for rule in rules.values()} & (known - municipality.counters.keys())):
            asking = ", ".join(rule.key for rule in rules.values() if rule.counter == counter)
            place = f"[municipality.{municipality.key}.counters]"
            faults.append(
                f"{ORGANISATION}, {place}, sleutel '{counter}': dit loket ontbreekt, maar wordt gevraagd door {asking}. "
                f"Voeg het contact van dit loket toe aan {place}."
            )


def _check_tags(rules: Mapping[str, ProvisionRule], organisation: Organisation, faults: list[str]) -> None:
    """In Prefect a run is of a municipality by a tag, which must say nothing else."""
    faults.extend(
        f"{ORGANISATION}, [municipality.{key}], sleutel '{key}': zo heet in Prefect ook een label van iets anders (een "
        f"voorziening, een tafel of een stand). Kies een andere sleutel, bijvoorbeeld 'gemeente-{key}'."
        for key in organisation.municipalities.keys() & not_of_a_municipality(rule.name for rule in rules.values())
    )


def _check_files(rules: Mapping[str, ProvisionRule], project: Path, faults: list[str]) -> None:
    """Every provision has its flow and its request, every rung its message, every other kind of message its template."""
    wanted: list[tuple[str, str, str]] = []
    for key in rules:
        wanted.append((key, f"flows/provision/{key}.py", "de flow"))
        wanted.append((key, f"templates/request/{key}.md.j2", "de tekst van het verzoek"))
    for rung in RungName:
        if climbing := [key for key, rule in rules.items() if any(step.name is rung for step in rule.ladder)]:
            wanted.append((climbing[0], f"templates/escalation/{rung}.md.j2", f"de tekst van stap '{rung}'"))
    faults.extend(
        f"{PROVISIONS}, [provision.{key}], sleutel '{key}': {what} ontbreekt. Maak het bestand {path}."
        for key, path, what in wanted
        if not (project / path).is_file()
    )
    for kind in MessageKind:
        name = kind.letter.template
        if name and "{" not in name and not (project / "templates" / name).is_file():
            faults.append(f"Bericht '{kind.letter.label}': de tekst ontbreekt. Maak het bestand templates/{name}.")


def _unused_counters(rules: Mapping[str, ProvisionRule], organisation: Organisation) -> tuple[str, ...]:
    used = {rule.counter for rule in rules.values()}
    return tuple(
        f"{ORGANISATION}, [municipality.{key}.counters], sleutel '{name}': geen enkele voorziening vraagt iets van dit loket."
        for key, municipality in organisation.municipalities.items()
        for name in municipality.counters
        if name not in used
    )


def _unlisted_directors(organisation: Organisation) -> tuple[str, ...]:
    directors = {key: municipality.directors.keys() for key, municipality in organisation.municipalities.items()}
    return tuple(
        f"{ORGANISATION}, [municipality.{place}.directors], sleutel '{code}': deze code staat niet als regisseur van {place} in "
        "[people]; wat aan deze regisseur is, gaat naar default_director."
        for place, code in unlisted(organisation.people, directors)
    )
