"""How the workplace looks: design tokens, one file for each theme (``config/themes/NAME.toml``), checked for contrast.

A folder of configuration without a file of that name has the shipped ones.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provisions.catalogue.entry import Entry, meant

FOLDER, NEUTRAL = "themes", "neutral"
THEME_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
COLOURS = (
    "background", "soft", "text", "quiet", "line", "link", "action", "on_action", "brand", "late", "attention", "good",
)  # fmt: skip
# What must be read against what, and how well: WCAG 2.2, 1.4.3 (text) and 1.4.11 (what shows that there is a field).
TEXT, SHAPES = 4.5, 3.0
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(
        (ink, ground, TEXT)
        for ink in ("text", "quiet", "link", "late", "attention", "good")
        for ground in ("background", "soft")
    ),
    ("on_action", "action", TEXT),
    ("line", "background", SHAPES),
    ("action", "background", SHAPES),
    ("action", "soft", SHAPES),
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TOKEN = re.compile(r"[a-z][a-z0-9-]{2,99}")
# What can stand behind a token: no way out of the rule, no address.
_VALUE = re.compile(r"(?!.*url)[A-Za-z0-9#%.,()'\" /*+-]{1,200}", re.IGNORECASE)


@dataclass(frozen=True)
class Theme:
    """``light`` and ``dark``: each of ``COLOURS`` as ``#rrggbb``. ``radius``, ``font``: as in CSS. ``tokens``: any other of NL
    Design System's, by name.
    """

    name: str
    light: Mapping[str, str]
    dark: Mapping[str, str]
    font: str = "system-ui, sans-serif"
    radius: str = "4px"
    tokens: Mapping[str, str] = field(default_factory=dict)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours, from 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def read_theme(root: Entry) -> Theme:
    """A theme. Faults are collected in ``root``."""
    name = root.text("name")
    light, dark = (_colours(root, key) for key in ("light", "dark"))
    shape = root.table("shape", optional=True)
    font, radius = _shape(shape) if shape is not None else (Theme.font, Theme.radius)
    tokens = root.table("tokens", optional=True)
    more = {} if tokens is None else {key: _value(tokens, key) for key in tokens.values}
    if tokens is not None:
        for key in more:
            if not _TOKEN.fullmatch(key):
                tokens.fault(
                    key, "dit is geen naam van een token.", "Schrijf hem zonder strepen ervoor: utrecht-link-color."
                )
        tokens.done()
    root.done()
    return Theme(name, light, dark, font, radius, more)


def read_themes(
    folders: Iterable[Path], wanted: Mapping[str, str], parse: Callable[[Path, list[str]], Entry], faults: list[str]
) -> dict[str, Theme]:
    """The themes that are asked for, the first of ``folders`` that has one. ``wanted``: by the place in ``organisation.toml``
    that asks. Faults are collected.
    """
    found: dict[str, Theme] = {}
    files = {path.stem: path for folder in reversed(list(folders)) for path in (folder / FOLDER).glob("*.toml")}
    for place, name in wanted.items():
        if name not in files or not THEME_NAME.fullmatch(name):
            faults.append(
                f"organisation.toml, [{place}], sleutel 'theme': er is geen uiterlijk '{name}'. {meant(name, files.keys())} "
                f"Of maak het bestand {FOLDER}/{name}.toml, met {FOLDER}/{NEUTRAL}.toml als voorbeeld."
            )
        elif name not in found:
            root = parse(files[name], faults)
            root.file = f"{FOLDER}/{root.file}"
            found[name] = read_theme(root)
    return found


def _colours(root: Entry, key: str) -> dict[str, str]:
    entry = root.table(key)
    if entry is None:
        return {}
    found = {name: entry.text(name) for name in COLOURS}
    entry.done()
    for name, colour in found.items():
        if colour and not _COLOUR.fullmatch(colour):
            entry.fault(name, f"'{colour}' is geen kleur.", "Schrijf hem als #12508f.")
    if any(not _COLOUR.fullmatch(colour) for colour in found.values()):
        return found
    for ink, ground, least in PAIRS:
        ratio = contrast(found[ink], found[ground])
        if ratio < least:
            entry.fault(
                ink,
                f"{found[ink]} is op {ground} ({found[ground]}) niet goed te zien: het contrast is {_number(ratio)}.",
                f"Neem een kleur met een contrast van ten minste {_number(least)} (WCAG 2.2).",
            )
    return found


def _shape(entry: Entry) -> tuple[str, str]:
    font = _value(entry, "font") if "font" in entry.values else Theme.font
    radius = _value(entry, "radius") if "radius" in entry.values else Theme.radius
    entry.known |= {"font", "radius"}
    entry.done()
    return font, radius


def _value(entry: Entry, key: str) -> str:
    value = entry.text(key)
    if value and not _VALUE.fullmatch(value):
        entry.fault(
            key, f"'{value}' kan niet in een stijl.", "Gebruik letters, cijfers en # % . , ( ) - en geen adres."
        )
        return ""
    return value


def _number(ratio: float) -> str:
    """
    >>> _number(4.4999)
    '4,49'
    """
    return f"{int(ratio * 100) / 100:.2f}".replace(".", ",")


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
