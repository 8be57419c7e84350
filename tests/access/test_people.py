"""Accounts: added, set up once, blocked, given a new address; and all of it written down."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from provisions.access import Actor, Role, second_factor
from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.errors import DoneBefore, InvalidInput, NotAllowed, NotFound
from provisions.usecases.signing_in import SigningIn
from tests.access.conftest import HERE, MakeDoor
from tests.conftest import MovingClock
from tests.door import ADMIN_PASSWORD, PASSWORD

TOWN = "voorbeeldstad"


def ready(app: App, door: SigningIn, code: str = "regie-1", role: str = "case_director") -> str:
    door.set_password(app.people.add(code, [role], [TOWN]), PASSWORD, PASSWORD, "")
    return code


def said(app: App, code: str) -> list[Logged]:
    return [look.what for look in app.looks.of(code)]


def test_somebody_is_added_sets_a_password_and_comes_in(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    found = door.who(door.sign_in(code, PASSWORD, "", HERE))
    assert found is not None
    assert found.actor.code == code
    assert found.actor.holds(Role.CASE_DIRECTOR, TOWN)
    assert not found.actor.holds(Role.CASE_DIRECTOR, "havenmeer")
    assert said(app, code) == [Logged.SIGNED_IN, Logged.SET_UP, Logged.PERSON_ADDED]


def test_a_one_time_address_is_good_once_and_for_a_day(app: App, door: SigningIn, clock: MovingClock) -> None:
    secret = app.people.add("regie-1", ["case_director"], [TOWN])
    assert door.set_up(secret).code == "regie-1"
    door.set_password(secret, PASSWORD, PASSWORD, "")
    with pytest.raises(NotFound, match="al gebruikt, te oud"):
        door.set_password(secret, PASSWORD, PASSWORD, "")
    late = app.people.reset("regie-1")
    clock.advance(hours=24)
    with pytest.raises(NotFound):
        door.set_up(late)


def test_a_form_that_gives_an_address_gives_one_and_can_be_sent_again_when_nothing_came_of_it(
    app: App, door: SigningIn
) -> None:
    code, form = ready(app, door), "0" * 32
    app.people.block(code)
    with pytest.raises(NotAllowed, match="geblokkeerd"):
        app.people.reset(code, form=form)
    app.people.unblock(code)
    secret = app.people.reset(code, form=form)
    with pytest.raises(DoneBefore):
        app.people.reset(code, form=form)
    assert door.set_up(secret).code == code


def test_a_new_address_ends_the_old_one_the_password_and_the_sessions(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    token = door.sign_in(code, PASSWORD, "", HERE)
    first = app.people.reset(code)
    second = app.people.reset(code)
    assert door.who(token) is None
    with pytest.raises(NotAllowed, match="passen niet bij elkaar"):
        door.sign_in(code, PASSWORD, "", HERE)
    with pytest.raises(NotFound):
        door.set_up(first)
    assert door.set_up(second).code == code


def test_who_is_blocked_is_out_at_once_and_in_again_when_not_any_more(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    token = door.sign_in(code, PASSWORD, "", HERE)
    app.people.block(code)
    assert door.who(token) is None
    with pytest.raises(NotAllowed, match="geblokkeerd"):
        door.sign_in(code, PASSWORD, "", HERE)
    with pytest.raises(NotAllowed, match="passen niet bij elkaar"):
        door.sign_in(code, "iets anders dat niet klopt", "", HERE)
    with pytest.raises(NotAllowed, match="geblokkeerd"):
        app.people.reset(code)
    app.people.unblock(code)
    assert door.who(door.sign_in(code, PASSWORD, "", HERE)) is not None
    assert said(app, code)[:4] == [
        Logged.SIGNED_IN,
        Logged.PERSON_UNBLOCKED,
        Logged.WRONG_PASSWORD,
        Logged.BLOCKED_CAME,
    ]


def test_what_is_kept_of_a_password_is_no_password(app: App, door: SigningIn) -> None:
    ready(app, door)
    with app.engine.connect() as connection:
        kept = connection.execute(text("SELECT password FROM person")).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    ("code", "roles", "towns", "refusal", "expected"),
    [
        ("regie-1", [], [TOWN], InvalidInput, "ten minste één rol. Kies uit: regisseur, teamleider, tafel, "),
        ("regie-1", ["regisseuse"], [TOWN], InvalidInput, "Onbekende rol"),
        ("regie-1", ["case_director"], [], InvalidInput, "Geef ook de gemeente"),
        ("regie-1", ["case_director"], ["nergens"], InvalidInput, "Onbekende gemeente"),
        ("Regie 1", ["case_director"], [TOWN], InvalidInput, "is geen code"),
        ("111222333", ["case_director"], [TOWN], InvalidInput, "lijkt op"),
        ("admin", ["case_director"], [TOWN], NotAllowed, "van het programma zelf"),
    ],
)
def test_what_is_no_account_is_refused(
    app: App, code: str, roles: list[str], towns: list[str], refusal: type[Exception], expected: str
) -> None:
    with pytest.raises(refusal, match=expected):
        app.people.add(code, roles, towns)
    assert app.people.every() == []


def test_a_code_has_one_account_and_nobody_has_none(app: App) -> None:
    app.people.add("regie-1", ["case_director"], [TOWN])
    with pytest.raises(NotAllowed, match="al een account"):
        app.people.add("regie-1", ["team_lead"], [TOWN])
    for act in (app.people.block, app.people.unblock, app.people.reset, app.people.one, app.looks.of):
        with pytest.raises(NotFound, match="geen account"):
            act("niemand")
    with pytest.raises(NotAllowed, match="PROVISIONS_UI_PASSWORD"):
        app.people.block("admin")


def test_who_administers_one_municipality_makes_and_changes_nobody_of_another(app: App) -> None:
    """Else an account of one's own making would open every other one."""
    other = tuple(app.config.organisation.municipalities)[1]
    here = Actor.of("beheer-1", [Role.ADMINISTRATOR], [TOWN])
    region = Actor.of("beheer-2", [Role.ADMINISTRATOR])
    app.people.add("regie-1", ["case_director"], [TOWN], by=here)
    app.people.add("regie-9", ["case_director"], [other], by=region)
    app.people.add("fg-1", ["privacy_officer"], by=region)
    for roles, towns in ((["case_director"], [other]), (["team_lead"], [TOWN, other]), (["administrator"], [])):
        with pytest.raises(NotAllowed, match="U beheert alleen mensen van"):
            app.people.add("indringer-1", roles, towns, by=here)
    for act in (app.people.block, app.people.unblock, app.people.reset):
        for theirs in ("regie-9", "fg-1"):
            with pytest.raises(NotFound, match="geen account"):
                act(theirs, by=here)
    assert [account.code for account in app.people.every(here)] == ["regie-1"]
    assert [account.code for account in app.people.every(region)] == ["fg-1", "regie-1", "regie-9"]
    assert app.people.places(here) == (TOWN,)
    assert app.people.reset("regie-1", by=here)
    assert app.looks.counts()[Logged.NOT_ALLOWED] == 9


def test_admin_holds_everything_until_there_was_another_administrator(app: App, door: SigningIn) -> None:
    first = door.sign_in("admin", ADMIN_PASSWORD, "", HERE)
    found = door.who(first)
    assert found is not None
    assert found.actor.roles == frozenset(Role)
    app.people.add("beheer-1", ["administrator"])
    app.people.block("beheer-1")
    found = door.who(first)
    assert found is not None
    assert found.actor.roles == {Role.ADMINISTRATOR}, "for good, and in sessions that were there"


def test_off_loopback_who_sees_cases_needs_a_second_factor(app: App, make_door: MakeDoor, clock: MovingClock) -> None:
    door = make_door(off_loopback=True)
    secret = app.people.add("regie-1", ["case_director"], [TOWN])
    shared = door.set_up(secret).second
    assert shared is not None
    with pytest.raises(InvalidInput, match="zes cijfers"):
        door.set_password(secret, PASSWORD, PASSWORD, "000000")
    right = second_factor.code_at(shared, second_factor.step_at(clock.now))
    door.set_password(secret, PASSWORD, PASSWORD, right)
    with pytest.raises(NotAllowed, match="passen niet bij elkaar"):
        door.sign_in("regie-1", PASSWORD, "", HERE)
    assert door.who(door.sign_in("regie-1", PASSWORD, right, HERE)) is not None
    with pytest.raises(NotAllowed, match="passen niet bij elkaar"):
        door.sign_in("regie-1", PASSWORD, right, HERE)  # the same digits a second time
    clock.advance(seconds=30)
    later = second_factor.code_at(shared, second_factor.step_at(clock.now))
    assert door.who(door.sign_in("regie-1", PASSWORD, f"{later[:3]} {later[3:]}", HERE)) is not None
    assert door.set_up(app.people.add("stuur-1", ["steering_group"])).second is None


def test_an_account_of_loopback_can_not_be_used_from_elsewhere(app: App, door: SigningIn, make_door: MakeDoor) -> None:
    ready(app, door)
    with pytest.raises(NotAllowed, match="tweede stap"):
        make_door(off_loopback=True).sign_in("regie-1", PASSWORD, "", HERE)


@pytest.mark.parametrize(
    "statement", ["UPDATE access_log SET code = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"]
)
def test_the_log_only_grows(app: App, statement: str) -> None:
    app.people.add("regie-1", ["case_director"], [TOWN])
    with (
        pytest.raises(ProgrammingError, match=r"append-only|permission denied|keeps this line"),
        app.engine.begin() as connection,
    ):
        connection.execute(text(statement))


def test_the_log_lets_go_of_what_was_kept_five_years(app: App, clock: MovingClock) -> None:
    clock.set("2020-11-02T09:00:00+00:00")
    app.people.add("regie-1", ["case_director"], [TOWN])
    clock.set("2025-11-01T09:00:00+00:00")
    app.retention.forget_expired()
    assert said(app, "regie-1") == [Logged.PERSON_ADDED]
    clock.set("2025-11-04T09:00:00+00:00")
    app.retention.forget_expired()
    assert said(app, "regie-1") == []
