"""A part that died is started again, each time after a longer pause; a failed start does not stop the watching."""

from flows.commands.supervisor import Watched
from provisions.domain.errors import Unreachable


class Part:
    """Dies when told; counts its starts."""

    def __init__(self) -> None:
        self.lives = True
        self.starts = 0
        self.fails = False

    def alive(self) -> bool:
        return self.lives

    def start(self) -> None:
        self.starts += 1
        if self.fails:
            raise Unreachable("start niet")
        self.lives = True


def _starts_at(part: Part, watched: Watched, moment: list[float], until: int) -> list[int]:
    """The seconds at which the part was started, checked every second."""
    found = []
    for second in range(int(moment[0]) + 1, until):
        before = part.starts
        moment[0] = float(second)
        watched.check()
        if part.starts > before:
            found.append(second)
    return found


def test_the_pause_doubles_while_it_keeps_failing() -> None:
    part, moment = Part(), [0.0]
    watched = Watched("Prefect", part, part.start, lambda: moment[0])
    part.lives, part.fails = False, True
    assert _starts_at(part, watched, moment, 40) == [2, 5, 10, 19, 36]


def test_after_a_minute_of_life_the_pause_is_a_second_again() -> None:
    part, moment = Part(), [0.0]
    watched = Watched("Prefect", part, part.start, lambda: moment[0])
    part.lives, part.fails = False, True
    _starts_at(part, watched, moment, 40)
    part.fails = False
    _starts_at(part, watched, moment, 80)
    assert part.lives
    moment[0] = 200.0
    part.lives = False
    assert _starts_at(part, watched, moment, 210) == [202]
