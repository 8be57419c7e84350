"""Draws docs/rooms.svg and docs/way.svg: ``python -m tools.draw_architecture``.

The rooms are read from the contracts in ``pyproject.toml``, so the picture can't tell of other rooms than the check of imports
knows; a room without a caption here is an error. Both are 850 pixels wide, with colours that stay readable on white and on dark.
"""

import tomllib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = 850
INK, LINE = "#1b1f24", "#57606a"
ABOVE, RUNS, PROGRAM, TRUTH = "#fff1d6", "#dbeafe", "#e3f4e1", "#f1e5fb"
FONT = "system-ui, 'DejaVu Sans', sans-serif"

CAPTIONS = {
    "cli": "what people type; Dutch tables, JSON",
    "commands": "up, demo, parts: what is started",
    "pool": "old name of entrypoints",
    "engine": "starts and stops the loops",
    "entrypoints": "where a work pool finds flows",
    "health": "liveness, readiness, metrics",
    "mirror": "Prefect shows what the database says",
    "provision": "the guide's own processes: what people see run",
    "weekly_report": "the report on Mondays",
    "forms": "what people fill in with Prefect",
    "prefect": "Prefect's inside, client side: parking, deployments, executor",
    "loops": "clock, lookahead, postman, mornings, listener: no Prefect",
    "context": "how a flow finds the App",
    "server": "Prefect's server as a child",
    "caseload": "the invented clients of the demo",
    "simulation": "a year ahead, no database",
    "app": "the whole program on one database, put together here and nowhere else",
    "usecases": "load, decide, commit once: what people do, what time does",
    "overview": "late, due this week, plan, morning message",
    "report": "the steering group's",
    "views": "a case as people see it",
    "outbound": "letters: written, sent, recorded",
    "zaken": "case systems: called, read",
    "database": "address, connections, migrations, roles, backups",
    "store": "every query, and no other room has one",
    "catalogue": "reads config/, checks it",
    "inputs": "what is typed, checked",
    "machine": "files and PostgreSQL",
    "settings": "from the environment",
    "web": "the door and its pages: sign in, work, cases",
    "access": "who may do what, one list",
    "domain": "decides: pure, no clock, no I/O",
    "redact": "no secret in a log",
    "templates": "one Jinja environment",
    "urls": "addresses, safely told",
}
COLOURS = {"domain": TRUTH, "store": TRUTH, "database": TRUTH}


def text(x: float, y: float, words: str, *, size: int = 13, weight: str = "normal", anchor: str = "start") -> str:
    """One line of text; ``x`` and ``y`` in pixels, of its base line."""
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" font-weight="{weight}" fill="{INK}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A rounded box."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" fill="{fill}" stroke="{LINE}"/>'


def picture(height: float, title: str, what: str, parts: Sequence[str]) -> str:
    """A whole SVG on a white ground, with its title and description for who can't see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}" '
            f'role="img" aria-labelledby="title what" font-family="{FONT}">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="what">{escape(what)}</desc>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="8" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{LINE}"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height:g}" fill="#ffffff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def contracts() -> dict[str, list[list[str]]]:
    """Per package its rooms as the contract has them: layers from the top, each with its rooms."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return {
        container: [layer.split(" | ") for layer in contract["layers"]]
        for contract in found
        for container in contract.get("containers", [])
    }


def rooms() -> str:
    """The rooms in their layers. Each may import what is below it, never what is above."""
    packages = contracts()
    parts = [text(20, 28, "Rooms: each imports only what is below it", size=16, weight="bold")]
    y = 44.0
    for title, colour, layers in (
        ("the front", ABOVE, [["cli"]]),
        ("flows/ · the only rooms with Prefect, and no rule", RUNS, packages["flows"]),
        (
            "provisions/ · decides, records, tells",
            PROGRAM,
            [layer for layer in packages["provisions"] if layer != ["cli"]],
        ),
    ):
        height = 30 + 42 * len(layers)
        parts.append(
            f'<rect x="12" y="{y:g}" width="826" height="{height}" rx="8" fill="none" stroke="{LINE}" stroke-dasharray="3 3"/>'
        )
        parts.append(text(22, y + 18, title, weight="bold"))
        y += 26
        for layer in layers:
            parts.extend(_layer(layer, y, colour))
            y += 42
        y += 16
    parts.append(
        text(
            20,
            y + 8,
            "Purple: the database is the truth, the domain decides about it, and only store/ asks it anything.",
        )
    )
    return picture(
        y + 24,
        "The rooms of the program",
        "Layers from top to bottom; a room imports only what is below it. On top the command line, then flows with Prefect, "
        "then provisions, with the domain almost at the bottom.",
        parts,
    )


def _layer(layer: Sequence[str], y: float, colour: str) -> Iterator[str]:
    width = (806 - 8 * (len(layer) - 1)) / len(layer)
    for place, room in enumerate(layer):
        x = 22 + place * (width + 8)
        yield box(x, y, width, 36, COLOURS.get(room, colour))
        if len(layer) > 2:
            yield text(x + 8, y + 15, room, weight="bold")
            yield text(x + 8, y + 30, CAPTIONS[room], size=12)
        else:
            yield text(x + 8, y + 23, room, weight="bold")
            yield text(x + 22 + 9 * len(room), y + 23, CAPTIONS[room], size=12)


LANES = (
    ("person", "case director"),
    ("prefect", "Prefect"),
    ("flows", "flows/"),
    ("usecases", "usecases/"),
    ("domain", "domain/"),
    ("database", "database"),
    ("counter", "counter, table"),
)

# From a lane, to a lane, and what goes along; a line alone is the heading of what follows.
WAY: tuple[tuple[str, str, str] | str, ...] = (
    "The case director takes a client in",
    ("person", "usecases", "1. intake, by the shell or by the form in Prefect"),
    ("usecases", "domain", "2. the case and the moment"),
    ("domain", "usecases", "3. one decision: what follows"),
    ("usecases", "database", "4. one commit: state, record, letters, generation + 1"),
    "The engine is told (NOTIFY), or looks by itself",
    ("database", "flows", "5. mirror: generation is ahead of what was observed"),
    ("flows", "prefect", "6. makes the run, which parks"),
    ("database", "flows", "7. postman: what is to be sent now"),
    ("flows", "counter", "8. the letter: what is promised, and by which day"),
    "Days later the promise is broken",
    ("database", "flows", "9. clock: the first next_at has come"),
    ("flows", "usecases", "10. tick"),
    ("usecases", "domain", "11. the case and the moment"),
    ("usecases", "database", "12. a rung is climbed: record, letter, generation + 1"),
    ("flows", "counter", "13. the letter to the doorbraaktafel"),
    ("flows", "prefect", "14. wakes the parked run"),
    ("database", "flows", "15. the run reads the lines of the record since its park"),
    ("flows", "prefect", "16. shows each once, parks"),
    "The counter has delivered",
    ("person", "prefect", "17. Resume: the form"),
    ("prefect", "flows", "18. what was filled in"),
    ("flows", "usecases", "19. the outcome"),
    ("usecases", "database", "20. delivered, and what waited for it starts (as 2 to 4)"),
    ("flows", "prefect", "21. the run ends, new ones begin"),
)


def way() -> str:
    """One provision from the intake until it is delivered, as a sequence: lanes from left to right, time downward."""
    step, top = 34.0, 92.0
    bottom = top + step * len(WAY) + 6
    at = {lane: 62 + 121 * place for place, (lane, _) in enumerate(LANES)}
    parts = [text(20, 28, "The way of one provision", size=16, weight="bold")]
    for lane, title in LANES:
        colour = {"prefect": RUNS, "flows": RUNS, "usecases": PROGRAM, "domain": TRUTH, "database": TRUTH}.get(
            lane, ABOVE
        )
        parts.append(
            f'<line x1="{at[lane]}" y1="70" x2="{at[lane]}" y2="{bottom:g}" stroke="{LINE}" stroke-dasharray="2 4"/>'
        )
        parts.append(box(at[lane] - 55, 44, 110, 28, colour))
        parts.append(text(at[lane], 63, title, weight="bold", anchor="middle"))
    for row, entry in enumerate(WAY):
        y = top + step * row
        if isinstance(entry, str):
            parts.append(f'<rect x="6" y="{y - 8:g}" width="838" height="22" fill="#f0f2f4"/>')
            parts.append(text(14, y + 8, entry, weight="bold"))
        else:
            parts.extend(_arrow(at[entry[0]], at[entry[1]], y + 12, entry[2]))
    return picture(
        bottom + 12,
        "The way of one provision through the rooms",
        "A sequence in four parts: intake, the engine is told, the promise is broken, the counter delivers. "
        + " ".join(entry if isinstance(entry, str) else f"{entry[2]}." for entry in WAY),
        parts,
    )


def _arrow(start: float, end: float, y: float, words: str) -> Iterator[str]:
    yield f'<line x1="{start:g}" y1="{y:g}" x2="{end:g}" y2="{y:g}" stroke="{LINE}" stroke-width="1.6" marker-end="url(#tip)"/>'
    width = 6.6 * len(words) + 8
    left = min(max((start + end) / 2 - width / 2, 4), WIDTH - width - 4)
    yield f'<rect x="{left:g}" y="{y - 18:g}" width="{width:g}" height="13" fill="#ffffff" fill-opacity="0.92"/>'
    yield text(left + width / 2, y - 6, words, size=12, anchor="middle")


PICTURES = {"docs/rooms.svg": rooms, "docs/way.svg": way}


def main() -> None:
    """Write both pictures."""
    for path, draw in PICTURES.items():
        (ROOT / path).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
