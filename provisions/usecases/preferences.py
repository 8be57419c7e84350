"""How somebody wants messages: one's own choice, and nobody else's."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from provisions import inputs
from provisions.access import Actor
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.domain.holding import Pace, Preference
from provisions.outbound.holding import Holding
from provisions.store import channel, outbox, preferences
from provisions.usecases.looks import Looks

WORDS = {
    Pace.AT_ONCE: "Elk bericht meteen",
    Pace.MINE: "Over mijn eigen cliënten meteen, over wie ik vervang in één overzicht per werkdag",
    Pace.DAILY: "Alles in één overzicht per werkdag",
}


class Preferences:
    """Choices on one database. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, looks: Looks, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._looks = looks
        self._clock = clock
        self._holding = Holding(config)

    def of(self, by: Actor) -> Preference:
        """What this person chose."""
        with self._engine.begin() as connection:
            return preferences.of(connection, by.code)

    def count_for(self, by: Actor) -> bool:
        """Whether a choice makes a difference: only where messages go to an address of one's own."""
        return self._holding.reaches(by.code)

    def choose(self, by: Actor, pace: str, *, quiet: bool) -> Preference:
        """From now on. What waited for an overview that is not wanted any more, leaves. Raises ``InvalidInput``."""
        code = inputs.code(by.code, "de code van de medewerker")
        called = {one.value: words for one, words in WORDS.items()}
        chosen = Preference(Pace(inputs.known(pace, list(called), "keuze voor berichten", called)), quiet)
        with self._engine.begin() as connection:
            was = preferences.of(connection, code)
            if chosen == was:
                return chosen
            preferences.keep(connection, code, chosen)
            if chosen.pace is not was.pace:
                # What is to wait after all, waits again as soon as it is looked at.
                outbox.let_go(connection, self._clock(), overview=f"person/{code}")
                channel.notify(connection)
            self._looks.note(Logged.PREFERENCES_CHANGED, code, via=by.via, connection=connection)
        return chosen
