"""How long somebody is in, and how guessing is slowed."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from provisions.access.guesses import BY_ACCOUNT, BY_ADDRESS, OVERALL, Guesses, counted_as
from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.errors import NotAllowed
from provisions.machine.sealing import AT_ONCE
from provisions.store import tables as t
from provisions.usecases.signing_in import SigningIn, TooManyGuesses, end_of_another_password
from tests.access.conftest import HERE
from tests.access.test_people import ready, said
from tests.conftest import MovingClock
from tests.door import ADMIN_PASSWORD, PASSWORD, SEALING, signing_in

ELSEWHERE = "198.51.100.7"


def test_a_session_ends_after_half_an_hour_without_anything(app: App, door: SigningIn, clock: MovingClock) -> None:
    token = door.sign_in(ready(app, door), PASSWORD, "", HERE)
    for _ in range(3):
        clock.advance(minutes=29)
        assert door.who(token) is not None
    clock.advance(minutes=30)
    assert door.who(token) is None


def test_a_page_that_asks_by_itself_is_no_activity(app: App, door: SigningIn, clock: MovingClock) -> None:
    token = door.sign_in(ready(app, door), PASSWORD, "", HERE)
    for _ in range(2):
        clock.advance(minutes=14)
        assert door.who(token, active=False) is not None
    clock.advance(minutes=2)
    assert door.who(token, active=False) is None


def test_a_session_ends_after_eight_hours_whatever_happens(app: App, door: SigningIn, clock: MovingClock) -> None:
    token = door.sign_in(ready(app, door), PASSWORD, "", HERE)
    for _ in range(23):
        clock.advance(minutes=20)
        assert door.who(token) is not None
    clock.advance(minutes=20)
    assert door.who(token) is None


def test_signing_out_ends_it_at_once_and_only_once(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    token = door.sign_in(code, PASSWORD, "", HERE)
    door.sign_out(token)
    door.sign_out(token)
    assert door.who(token) is None
    assert said(app, code).count(Logged.SIGNED_OUT) == 1


def test_each_sign_in_has_a_session_of_its_own(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    first, second = (door.sign_in(code, PASSWORD, "", HERE) for _ in range(2))
    assert first != second
    door.sign_out(first)
    assert door.who(second) is not None


def test_what_ended_by_itself_is_cleared(app: App, door: SigningIn, clock: MovingClock) -> None:
    token = door.sign_in(ready(app, door), PASSWORD, "", HERE)
    clock.advance(hours=9)
    door.clear()
    assert door.who(token) is None


def test_another_password_of_admin_ends_what_began_with_the_old_one(app: App, clock: MovingClock) -> None:
    """Whoever sets it anew does so because somebody else knows it, and that one may be in."""
    door = signing_in(app, clock)
    end_of_another_password(app.engine, SEALING, ADMIN_PASSWORD)
    token, of_another = (
        door.sign_in("admin", ADMIN_PASSWORD, "", HERE),
        door.sign_in(ready(app, door), PASSWORD, "", HERE),
    )
    end_of_another_password(app.engine, SEALING, ADMIN_PASSWORD)  # the next start, with the same one
    assert door.who(token) is not None
    end_of_another_password(app.engine, SEALING, "een-ander-wachtwoord-voor-admin")
    assert door.who(token) is None
    assert door.who(of_another) is not None


@pytest.mark.parametrize("ended", [lambda app, code: app.people.reset(code), lambda app, code: app.people.block(code)])
def test_a_password_that_is_ended_while_it_is_tried_opens_nothing(
    app: App, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, ended: Callable[[App, str], object]
) -> None:
    """Sessions end with the password; one that begins in that tenth of a second would last."""
    door = signing_in(app, clock)
    code, fits = ready(app, door), SEALING.fits

    def meanwhile(password: str, kept: str | None) -> bool:
        right = fits(password, kept)
        ended(app, code)
        return right

    monkeypatch.setattr(SEALING, "fits", meanwhile)
    with pytest.raises(NotAllowed, match="passen niet"):
        door.sign_in(code, PASSWORD, "", HERE)
    with app.engine.connect() as connection:
        assert connection.execute(select(t.session.c.code)).all() == []


def test_after_ten_wrong_ones_an_address_waits_also_with_the_right_one(
    app: App, door: SigningIn, clock: MovingClock
) -> None:
    code = ready(app, door)
    for number in range(BY_ADDRESS):
        with pytest.raises(NotAllowed, match="passen niet"):
            door.sign_in(f"iemand-{number}", "fout", "", HERE)
    with pytest.raises(TooManyGuesses) as refusal:
        door.sign_in(code, PASSWORD, "", HERE)
    assert 0 < refusal.value.seconds <= 60
    assert door.who(door.sign_in(code, PASSWORD, "", ELSEWHERE)) is not None, "nobody locks another out"
    clock.advance(seconds=60)
    assert door.who(door.sign_in(code, PASSWORD, "", HERE)) is not None


def test_of_very_many_at_the_same_moment_no_more_are_told_than_one_by_one() -> None:
    """Who asks while others are still being tried hears no more: the right one among them is no answer either."""
    guesses = Guesses(lambda: 0.0)
    together = [guesses.wait("regie-1", HERE) for _ in range(40)]
    assert set(together) == {0.0}, "none of them was wrong yet"
    told = [guesses.heard("regie-1", HERE, right=False) for _ in together]
    assert [wait == 0 for wait in told] == [True] * BY_ACCOUNT + [False] * (40 - BY_ACCOUNT)
    assert guesses.heard("regie-1", HERE, right=True) > 0
    assert guesses.heard("regie-1", ELSEWHERE, right=True) == 0


def test_a_password_that_was_tried_together_with_others_is_judged_after_them(
    app: App, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = signing_in(app, clock)
    code, fits = ready(app, door), SEALING.fits

    def meanwhile(password: str, kept: str | None) -> bool:
        """It takes a while to try a password; others are wrong in that time."""
        monkeypatch.setattr(SEALING, "fits", fits)
        for number in range(BY_ADDRESS):
            with pytest.raises(NotAllowed):
                door.sign_in(f"iemand-{number}", "fout", "", HERE)
        return fits(password, kept)

    monkeypatch.setattr(SEALING, "fits", meanwhile)
    with pytest.raises(TooManyGuesses):
        door.sign_in(code, PASSWORD, "", HERE)
    assert app.looks.counts()[Logged.SIGNED_IN] == 0


def test_of_very_many_at_the_same_moment_few_are_tried_at_all(
    app: App, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To try one costs a tenth of a second and 64 MiB: a hundred of one address kept everybody waiting meanwhile."""
    door, fits, tried = signing_in(app, clock), SEALING.fits, Counter[str]()

    def counted(password: str, kept: str | None) -> bool:
        tried["tried"] += 1
        return fits(password, kept)

    def attempt(_number: int) -> None:
        with pytest.raises(NotAllowed):
            door.sign_in("iemand", "fout", "", HERE)

    monkeypatch.setattr(SEALING, "fits", counted)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(attempt, range(40)))
    assert BY_ACCOUNT <= tried["tried"] < BY_ACCOUNT + AT_ONCE


def test_who_has_a_whole_network_is_one_address() -> None:
    """Of version 6 a customer has 2^64 of them, and takes another one for each guess."""
    guesses = Guesses(lambda: 0.0)
    for number in range(BY_ADDRESS):
        assert guesses.heard(f"regie-{number}", f"2001:db8:1:2::{number:x}", right=False) == 0
    assert guesses.wait("regie-99", "2001:db8:1:2:ffff::1") > 0
    assert guesses.wait("regie-99", "2001:db8:1:3::1") == 0, "nor does it keep its neighbours out"
    assert [counted_as(address) for address in ("::1", "::ffff:192.0.2.7", "192.0.2.7", "", "testclient")] == [
        *("::1", "192.0.2.7", "192.0.2.7", "", "testclient")
    ]


def test_that_an_address_must_wait_is_written_down_once_a_minute(app: App, door: SigningIn, clock: MovingClock) -> None:
    def tries(times: int) -> None:
        for number in range(times):
            with pytest.raises(NotAllowed):
                door.sign_in(f"iemand-{number}", "fout", "", HERE)

    tries(BY_ADDRESS)
    assert app.looks.counts()[Logged.SLOWED] == 0
    tries(5)
    assert app.looks.counts()[Logged.SLOWED] == 1
    clock.advance(seconds=61)
    tries(BY_ADDRESS + 2)
    assert app.looks.counts()[Logged.SLOWED] == 2
    assert app.looks.counts()[Logged.WRONG_PASSWORD] == 2 * BY_ADDRESS


def test_one_account_is_slowed_earlier_than_its_address(app: App, door: SigningIn) -> None:
    code = ready(app, door)
    for _ in range(BY_ACCOUNT):
        with pytest.raises(NotAllowed, match="passen niet"):
            door.sign_in(code, "fout", "", HERE)
    with pytest.raises(TooManyGuesses):
        door.sign_in(code, PASSWORD, "", HERE)
    assert door.who(door.sign_in("admin", ADMIN_PASSWORD, "", HERE)) is not None


def test_very_many_wrong_ones_slow_everybody_and_refuse_nobody() -> None:
    moment = [0.0]
    guesses = Guesses(lambda: moment[0])
    for number in range(OVERALL):
        assert guesses.pause() == 0
        guesses.heard(f"iemand-{number}", f"192.0.2.{number}", right=False)
    assert guesses.pause() > 0
    assert guesses.wait("regie-1", HERE + "0") == 0
    moment[0] = 61
    assert guesses.pause() == 0


def test_an_unknown_account_is_told_the_same_and_nothing_of_it_is_logged(app: App, door: SigningIn) -> None:
    ready(app, door)
    refusals = []
    for code, password in (("regie-1", "fout"), ("niemand", PASSWORD), ("jan de vries", PASSWORD), ("admin", PASSWORD)):
        with pytest.raises(NotAllowed) as refusal:
            door.sign_in(code, password, "", HERE)
        refusals.append(str(refusal.value))
    assert len(set(refusals)) == 1
    assert app.looks.counts()[Logged.WRONG_PASSWORD] == 4
    assert said(app, "admin") == [Logged.WRONG_PASSWORD]


def test_a_rights_change_holds_at_once(app: App, door: SigningIn) -> None:
    token = door.sign_in(ready(app, door), PASSWORD, "", HERE)
    from provisions.store import people

    with app.engine.begin() as connection:
        people.give(connection, "regie-1", [])
    assert door.who(token) is None
