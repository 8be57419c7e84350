"""Bringing something before the steering group, and what it decides."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, Role, Subject, UseCase, must_hold
from provisions.catalogue import TEMPLATES, Config
from provisions.domain import brought_in as rules
from provisions.domain import dutch
from provisions.domain.brought_in import BroughtIn, Standing
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput, NotFound, Part
from provisions.domain.lifecycle import Via
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CodeList
from provisions.outbound.markdown import html, plain_text
from provisions.store import audit, channel, outbox, people
from provisions.store import brought_in as kept
from provisions.store.audit import Line
from provisions.templates import environment
from provisions.usecases.entitled import Entitlement

_NUMBER = re.compile(r"(?:[Ss]-)?([1-9][0-9]{0,8})")
_MESSAGES = UUID("2b1f2a52-6a43-5d0b-9d57-70f3b7f0c1a9")


class BringingIn:
    """What team leads bring in, and the steering group decides on. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)
        self._templates = environment(TEMPLATES)

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
    ) -> BroughtIn:
        """Ask that something is brought in: nothing leaves until a second person has seen it. ``about``: a provision, or
        ``other``; ``cases``: how many clients, as it was typed; ``decision``: what is asked, about no client.
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
        rules.check(asked, today, tuple(catalogue.provisions), tuple(causes))
        with self._entitlement.transaction(by, UseCase.BRING_IN) as connection:
            self._entitlement.must(by, UseCase.BRING_IN, Subject(place))
            asked = replace(asked, number=kept.add(connection, asked))
            self._note(connection, "brought_in.asked", "gevraagd om in te brengen bij de stuurgroep", asked, by)
        return asked

    def see(self, number: str, *, agreed: bool, by: Actor) -> BroughtIn:
        """A second person has seen it: it is brought in, or not. Raises ``NotAllowed`` for whoever asked it."""
        who = inputs.code(by.code, f"{Part.BY}")
        with self._entitlement.transaction(by, UseCase.BRING_IN) as connection:
            known = self._one(connection, number)
            town = self._config.organisation.municipalities.get(known.municipality)
            places = (known.municipality, *(town.seconds if town else ()))
            if by.has_the_machine:
                listed = people.directory(connection, self._config.organisation.people)
                must_hold(listed, who, (Role.TEAM_LEAD,), places, f"beslissen over S-{known.number}")
            else:
                place = next((p for p in places if by.holds(Role.TEAM_LEAD, p)), known.municipality)
                self._entitlement.must(by, UseCase.BRING_IN, Subject(place))
            seen = rules.seen(known, who, self._today, agreed=agreed)
            kept.keep(connection, seen)
            told = "ingebracht bij de stuurgroep" if agreed else "niet ingebracht: een tweede persoon is niet akkoord"
            self._note(connection, f"brought_in.{seen.state.value}", told, seen, by)
        return seen

    def decide(self, number: str, decision: str, *, by: Actor, until: date | None = None) -> BroughtIn:
        """What the steering group decided; the answer goes back to the municipality that brought it in."""
        inputs.code(by.code, f"{Part.BY}")
        wanted = self._decision(decision)
        with self._entitlement.transaction(by, UseCase.DECIDE) as connection:
            self._entitlement.must(by, UseCase.DECIDE)
            decided = rules.decide(self._one(connection, number), wanted, self._today, until)
            kept.keep(connection, decided)
            message = self._tell(connection, decided)
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
            raise NotFound("Deze pagina bestaat niet.")
        with self._engine.connect() as connection:
            found = kept.every(connection, towns)
        return [one for one in found if one.municipality in own or one.state not in (Standing.ASKED, Standing.DENIED)]

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
            raise NotFound(f"Er is niets ingebracht onder S-{int(match[1])}.")
        return found

    def _note(
        self, connection: Connection, what: str, because: str, known: BroughtIn, by: Actor, message: UUID | None = None
    ) -> None:
        data: dict[str, object] = {
            "number": known.number,
            "municipality": known.municipality,
            "about": known.about,
            "cause": known.cause,
            "cases": known.cases,
            "owner": known.owner,
            "due": known.due.isoformat(),
            "text": known.digest,
            "until": known.until.isoformat() if known.until else None,
        }
        if by.via not in (Via.SHELL, Via.SYSTEM):
            data["via"] = by.via.value
        channel.notify(connection)
        audit.append(connection, [Line(by.code, what, f"{because} (S-{known.number})", data=data, message=message)])

    def _tell(self, connection: Connection, known: BroughtIn) -> UUID:
        """The answer goes back to those who brought it in. Its text was approved to leave, and is about no client."""
        now, place = self._clock(), self._config.organisation.municipalities[known.municipality]
        message = uuid5(_MESSAGES, f"{known.number}/{known.state.value}/{known.deferred}")
        context = {
            "number": f"S-{known.number}",
            "state": rules.IN_DUTCH[known.state],
            "until": dutch.dutch_date(known.until) if known.until else "",
            "decision": known.decision,
            "owner": known.owner,
            "due": dutch.dutch_date(known.due),
            "done": known.state is Standing.DONE,
            "adopted": known.state is Standing.ADOPTED,
        }
        body = self._templates.get_template("report/brought_in.md.j2").render(context).strip()
        subject = f"Besluit over S-{known.number} · {dutch.day_and_month(day_of(now), now)}"
        outbox.add(
            connection,
            message,
            kind=MessageKind.BROUGHT_IN.value,
            detail=str(known.number),
            municipality=known.municipality,
            created=now,
            next_try=now,
        )
        content = {
            "recipients": [{"name": to.name, "email": to.email} for to in place.team_leads],
            "subject": subject,
            "text": plain_text(body),
            "html": self._templates.get_template("mail.html.j2").render(subject=subject, body=html(body)),
            "attachments": [],
        }
        outbox.add_content(connection, message, content)
        return message
