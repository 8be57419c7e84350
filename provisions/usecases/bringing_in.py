"""Bringing something before the steering group, and what it decides."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, Role, Subject, UseCase, must_hold
from provisions.catalogue import Config
from provisions.domain import brought_in as rules
from provisions.domain.brought_in import UNSEEN, BroughtIn, Standing
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.errors import InvalidInput, Lapsed, NotFound, Part
from provisions.domain.lifecycle import SYSTEM, Via
from provisions.domain.rules import CodeList
from provisions.inputs import no_such_page
from provisions.outbound.brought_in import GroupLetters
from provisions.store import audit, channel, people, submissions
from provisions.store import brought_in as kept
from provisions.store.audit import Line
from provisions.usecases.entitled import Entitlement, Unentitled

_NUMBER = re.compile(r"(?:[Ss]-)?([1-9][0-9]{0,8})")


class BringingIn:
    """What team leads bring in, and the steering group decides on. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)
        self._letters = GroupLetters(config)

    def bring_in(
        self,
        *,
        municipality: str,
        about: str,
        cause: str,
        cases: str,
        decision: str,
        owner: str,
        due: date,
        by: Actor,
        form: str = "",
    ) -> BroughtIn:
        """Ask that something is brought in: nothing leaves until a second person has seen it. ``about``: a provision, or
        ``other``; ``cases``: how many clients, as it was typed; ``decision``: what is asked, about no client. ``form``: the
        number of the form that asks it; one that did raises ``DoneBefore``.
        """
        who, today = inputs.code(by.code, f"{Part.BY}"), day_of(self._clock())
        towns = self._config.organisation.municipalities
        place = inputs.known(municipality, towns, "gemeente", {key: town.name for key, town in towns.items()})
        catalogue = self._config.catalogue
        causes = catalogue.codes[CodeList.CAUSE]
        asked = BroughtIn(
            0,
            place,
            self._about(about),
            next((code for code, label in causes.items() if cause.strip().lower() == label.lower()), cause.strip()),
            int(cases) if cases.strip().isascii() and cases.strip().isdigit() and len(cases.strip()) < 7 else 0,
            inputs.free_text(decision, "de tekst"),
            inputs.code(owner, "wie het doet"),
            inputs.possible(due, "wanneer het klaar is"),
            who,
            today,
        )
        self._check(asked, today)
        with self._entitlement.transaction(by, UseCase.BRING_IN) as connection:
            self._entitlement.must(by, UseCase.BRING_IN, Subject(place))
            submissions.once(connection, form, who, self._clock())
            asked = replace(asked, number=kept.add(connection, asked))
            message = self._letters.asked(connection, asked, self._clock())
            because = "gevraagd om in te brengen bij de stuurgroep"
            self._note(connection, "brought_in.asked", because, asked, by, message)
        return asked

    def see(self, number: str, *, agreed: bool, by: Actor, because: str | None = None) -> BroughtIn:
        """A second person has seen it: it is brought in, or not (``because``: free text). Raises ``NotAllowed`` for whoever asked
        it, and for what is not possible any more: that lapses. Those who asked hear what became of it.
        """
        who = inputs.code(by.code, f"{Part.BY}")
        reason = inputs.free_text(because, f"{Part.BECAUSE}") if because else None
        with self._entitlement.transaction(by, UseCase.BRING_IN) as connection:
            known = self._shown(connection, number, by)
            self._must_be_second(connection, known, by, who)
            seen, lapsed = rules.seen(known, who, self._today, agreed=agreed, because=reason), None
            if agreed:
                try:
                    self._check(known, self._today)  # judged anew: it may have been asked long ago
                except InvalidInput as refused:
                    seen, lapsed = rules.lapse(known, self._today), refused
            kept.keep(connection, seen)
            message = self._letters.seen(connection, seen, self._clock())
            self._note(connection, f"brought_in.{seen.state.value}", _TOLD[seen.state], seen, by, message)
        if lapsed is not None:
            raise Lapsed(f"S-{known.number} kan niet meer en vervalt: {lapsed}")
        return seen

    def ask_again(self) -> int:
        """Ask the others once more to look at what nobody has seen after one working day, in the morning; how often that was.
        Safe to call at any time and from several processes.
        """
        today = self._today
        if self._clock().astimezone(AMSTERDAM).time() < self._config.organisation.morning_message:
            return 0
        with self._engine.begin() as connection:
            due = [one for one in kept.waiting(connection) if self._is_due(one, today)]
        asked = 0
        for one in due:
            with self._engine.begin() as connection:
                known = kept.one(connection, one.number)
                if known is None or known.state is not Standing.ASKED:
                    continue
                message = self._letters.asked(connection, known, self._clock(), again=True)
                if message is not None:
                    self._note(connection, "brought_in.asked_again", _AGAIN, known, _CLOCK, message)
                    asked += 1
        return asked

    def _is_due(self, one: BroughtIn, today: date) -> bool:
        towns = self._config.organisation.municipalities
        return (
            one.municipality in towns
            and rules.ask_again_on(one, self._config.catalogue.calendar_of(one.municipality)) <= today
        )

    def _shown(self, connection: Connection, number: str, by: Actor) -> BroughtIn:
        """What has this number, as far as ``by`` sees it: of what waits for a second person, or was not let through, nobody else
        knows that it is there.
        """
        known = self._one(connection, number)
        if known.state in UNSEEN and not self._entitlement.sees(by, UseCase.BRING_IN, self._places(known)):
            raise Unentitled(_no_such(known.number))
        return known

    def _places(self, known: BroughtIn) -> tuple[str, ...]:
        """The municipalities whose team leads may be the second person."""
        return self._config.organisation.places_of_seconds(known.municipality)

    def _must_be_second(self, connection: Connection, known: BroughtIn, by: Actor, who: str) -> None:
        places = self._places(known)
        if by.has_the_machine:
            listed = people.directory(connection, self._config.organisation.people)
            must_hold(listed, who, (Role.TEAM_LEAD,), places, f"beslissen over S-{known.number}")
        else:
            place = next((p for p in places if by.holds(Role.TEAM_LEAD, p)), known.municipality)
            self._entitlement.must(by, UseCase.BRING_IN, Subject(place))

    def _check(self, asked: BroughtIn, today: date) -> None:
        catalogue = self._config.catalogue
        rules.check(asked, today, tuple(catalogue.provisions), tuple(catalogue.codes[CodeList.CAUSE]))

    def decide(self, number: str, decision: str, *, by: Actor, until: date | None = None) -> BroughtIn:
        """What the steering group decided; the answer goes back to the municipality that brought it in."""
        inputs.code(by.code, f"{Part.BY}")
        wanted = self._decision(decision)
        with self._entitlement.transaction(by, UseCase.DECIDE) as connection:
            self._entitlement.must(by, UseCase.DECIDE)
            decided = rules.decide(self._shown(connection, number, by), wanted, self._today, until)
            kept.keep(connection, decided)
            message = self._letters.decided(connection, decided, self._clock())
            words = rules.IN_DUTCH[decided.state]
            self._note(connection, f"brought_in.{decided.state.value}", f"stuurgroep: {words}", decided, by, message)
        return decided

    def every(self, actor: Actor) -> list[BroughtIn]:
        """What ``actor`` may see, newest first: all of one's own municipalities, and all that is before the group for whoever
        reads reports. Raises ``NotFound`` for whoever may neither bring in nor decide nor read.
        """
        rights = self._config.rights
        towns = tuple(self._config.organisation.municipalities)
        own = tuple(p for p in towns if actor.has_the_machine or rights.may(actor, UseCase.BRING_IN, Subject(p)))
        reads = actor.has_the_machine or bool(rights.may(actor, UseCase.SEE_REPORTS))
        if not own and not reads:
            with self._entitlement.noted(actor, UseCase.BRING_IN):
                raise Unentitled(no_such_page())
        with self._engine.begin() as connection:
            found = kept.every(connection, towns)
        return [one for one in found if one.municipality in own or one.state not in UNSEEN]

    @property
    def _today(self) -> date:
        return day_of(self._clock())

    def _about(self, text: str) -> str:
        said = text.strip()
        if said.lower() in (rules.OTHER, "anders", "iets anders"):
            return rules.OTHER
        provisions = self._config.catalogue.provisions
        by_name = {rule.name.lower(): key for key, rule in provisions.items()}
        return by_name.get(said.lower(), said)

    @staticmethod
    def _decision(text: str) -> Standing:
        said = text.strip().lower()
        found = next((one for one in rules.DECISIONS if said in (one.value, rules.IN_DUTCH[one])), None)
        if found is None:
            raise InvalidInput(f"Onbekend besluit '{inputs.shown(text)}'. Kies uit: {', '.join(rules.DECISIONS)}.")
        return found

    def _one(self, connection: Connection, number: str) -> BroughtIn:
        match = _NUMBER.fullmatch(number.strip())
        if match is None:
            raise InvalidInput(
                f"'{inputs.shown(number)}' is geen nummer van iets dat is ingebracht. Schrijf het als S-4."
            )
        found = kept.one(connection, int(match[1]))
        if found is None:
            raise _no_such(int(match[1]))
        return found

    def _note(
        self, connection: Connection, what: str, because: str, known: BroughtIn, by: Actor, message: UUID | None = None
    ) -> None:
        data = kept.recorded(known)
        if by.via not in (Via.SHELL, Via.SYSTEM):
            data["via"] = by.via.value
        channel.notify(connection)
        audit.append(connection, [Line(by.code, what, f"{because} (S-{known.number})", data=data, message=message)])


def _no_such(number: int) -> NotFound:
    return NotFound(f"Er is niets ingebracht onder S-{number}.")


_CLOCK = Actor(SYSTEM, frozenset(), Via.SYSTEM)
_AGAIN = "nog eens gevraagd om mee te kijken"
_TOLD = {
    Standing.BROUGHT_IN: "ingebracht bij de stuurgroep",
    Standing.DENIED: "niet ingebracht: een tweede persoon is niet akkoord",
    Standing.LAPSED: "niet ingebracht: het kan niet meer",
}
