"""A reason to look: it counts from when it was given for as long as the list says, and for nobody, nowhere and nothing else."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from provisions.access import Actor, Given, Reason, Role, Subject, UseCase
from provisions.access.rights import NEVER_TONIGHT, OF_TONIGHT, ON_A_REASON
from tests.builders import CONFIG

RIGHTS = CONFIG.rights
TOWNS = tuple(CONFIG.organisation.municipalities)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given there


@given(MOMENTS, st.integers(1, 24), st.timedeltas(timedelta(-2), timedelta(2)))
def test_it_counts_from_its_own_moment_for_so_many_hours(at: datetime, hours: int, later: timedelta) -> None:
    until = Reason("emergency", "Noodgeval", hours).until(at)
    reason = Given("maatwerk-1", TOWNS[0], "emergency", at, until)
    assert reason.counts(at + later) is (timedelta(0) <= later < timedelta(hours=hours))


def test_across_the_change_of_the_clock_an_hour_is_an_hour() -> None:
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert Reason("emergency", "Noodgeval", 2).until(at) == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


@given(st.sampled_from(Role), st.sampled_from(sorted(OF_TONIGHT)), st.sampled_from(TOWNS))
def test_whoever_comes_from_outside_or_sees_no_case_never_sees_who_sleeps_where(
    role: Role, use_case: UseCase, town: str
) -> None:
    allowed = bool(RIGHTS.may(Actor.of("iemand", [role], [town]), use_case, Subject(town)))
    assert not (allowed and role in NEVER_TONIGHT)
    right = RIGHTS.of(use_case)
    assert right is not None
    assert not right.by_link


def test_nobody_needs_a_reason_for_what_is_seen_by_right() -> None:
    for with_reason, standing in ON_A_REASON.items():
        for role in Role:
            actor = Actor.of("iemand", [role], TOWNS[:1])
            both = [bool(RIGHTS.may(actor, one, Subject(TOWNS[0]))) for one in (with_reason, standing)]
            assert both != [True, True], role


def test_a_reason_is_called_as_the_list_says_and_by_its_code_when_it_is_there_no_more() -> None:
    assert RIGHTS.reason_called("emergency") == "Noodgeval: iemand heeft nu een slaapplek nodig"
    assert RIGHTS.reason_called("gone") == "gone"
