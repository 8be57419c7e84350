"""Tables for people: within the terminal, no word broken, and whole lines when piped."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.text import Text
from sqlalchemy import Engine

from provisions.app import App
from provisions.catalogue import Config, load
from provisions.cli.screen import Screen, wrapped
from provisions.cli.tables import Tables
from provisions.cli.wording import Wording
from provisions.domain.calendar import day_of
from provisions.settings import PROJECT
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock

REFERENCE = "TR-2026-0042"
LONG_WORDS = ("identiteitsbewijs", "schuldhulpverlening", "(emergency_shelter)", "doorbraaktafel", "bijstandsuitkering")


class RichScreen(Screen):
    """Every table as rich prints it, also where nothing needs to be wrapped."""

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
        sys.stdout.writelines(f"{line}\n" for line in wrapped(self._console, titles, rows))
        sys.stdout.write("\n")


class ByRich(Tables):
    """The same tables on that screen."""

    def __init__(self, config: Config, today: date) -> None:
        super().__init__(config, today)
        self._screen = RichScreen()


@pytest.fixture(scope="module")
def config() -> Config:
    return load(PROJECT / "config")


@pytest.fixture
def app(database: Engine, config: Config, clock: MovingClock) -> App:
    """A case of five weeks with late, blocked and delivered provisions, and a follow-up."""
    app = App(database, config, clock)
    agreed = {"housing": day_of(clock.now) + timedelta(days=90)}
    request = IntakeRequest(REFERENCE, "voluntary", ["all"], agreed=agreed, director="regisseur.noord")
    app.cases.intake(request, by=typed("regisseur.noord"))
    app.cases.record_outcome(REFERENCE, "advance_payment", "delivered", by=typed("regisseur.noord"))
    clock.advance(days=35)
    app.time.tick_all()
    return app


def printed(
    width: int | None,
    app: App,
    show: Callable[[Tables], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: type[Tables] = Tables,
) -> str:
    if width is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(width))
    show(kind(app.config, day_of(app.clock())))
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 100, 120])
def test_fits_the_terminal_and_breaks_no_word(
    width: int, app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    views = app.views

    def everything(tables: Tables) -> None:
        tables.show_case(views.case(REFERENCE))
        tables.show_overdue(views.overdue(), views.waiting_too_long())
        tables.show_audit(views.audit(REFERENCE))

    out = printed(width, app, everything, monkeypatch, capsys)
    headings = ("Traject", "Was er al", "Te laat", "Wacht")
    assert [line for line in out.splitlines() if len(line) > width and not line.startswith(headings)] == []
    assert all(word in out for word in LONG_WORDS)
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_piped_a_provision_is_one_line(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    views = app.views
    out = printed(None, app, lambda t: t.show_overdue(views.overdue(), []), monkeypatch, capsys)
    rows = [line for line in out.splitlines() if line.startswith(REFERENCE)]
    assert len(rows) == len(views.overdue()) > 1
    assert all("dagen (na " in row and "Voorbeeldstad" in row for row in rows)


@pytest.mark.parametrize("colours", [False, True])
def test_what_need_not_be_wrapped_looks_as_rich_would_print_it(
    colours: bool, app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    views = app.views
    if colours:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")

    def everything(tables: Tables) -> None:
        tables.show_case(views.case(REFERENCE))
        tables.show_overdue(views.overdue(), views.waiting_too_long())
        tables.show_audit(views.audit(REFERENCE))

    quick = printed(240, app, everything, monkeypatch, capsys)
    by_rich = printed(240, app, everything, monkeypatch, capsys, ByRich)
    assert [text.rstrip() for text in seen(quick)] == [text.rstrip() for text in seen(by_rich)]
    assert ("\x1b[1;31m" in quick) is ("\x1b[1;31m" in by_rich) is colours


def seen(printed: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", printed).splitlines()


def test_says_what_is_to_be_judged_and_what_to_type(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(None, app, lambda t: t.show_case(app.views.case(REFERENCE)), monkeypatch, capsys)
    lines = {line.split("  ")[0]: line for line in out.splitlines()}
    shelter = lines["opvang (emergency_shelter)"]
    assert "nu: beoordeel indiening Maatwerkloket" in shelter
    assert "2 nov (35 dagen te laat)" in shelter
    assert "geregeld, 2 nov" in lines["voorschot (advance_payment)"]
    assert "(lawfulness_check)" in out
    assert "(afgesproken)" in lines["passende huisvesting (housing)"]
    assert "wacht op identiteitsbewijs" in lines["briefadres (postal_address)"]


def test_a_day_in_another_year_says_so(config: Config) -> None:
    words = Wording(config, date(2027, 1, 4))
    assert words.day(date(2026, 12, 31)) == "31 dec 2026"
    assert words.day(date(2027, 3, 1)) == "1 mrt"
    assert words.moment(datetime(2027, 3, 28, 22, 30, tzinfo=UTC)) == "29 mrt 00:30"
