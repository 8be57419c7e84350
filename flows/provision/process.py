"""The words in which the process of a provision is told: what the guide asks for, in the order in which it happens.

A process is told once, when its file is imported, and is data from then on (:class:`Told`). Each word but ``waits_until`` is
tied to a fact of the record (:mod:`provisions.domain.record`), with the Dutch caption under which that fact shows as a step
of the run. A step shows only what was recorded: a process can't claim what did not happen. What happens in every process
(escalating, standing still, refusing) has its captions here, in :data:`EVERYWHERE`.

``tests/flows/test_processes.py`` holds each process to its rule in ``config/provisions.toml``.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provisions.domain import dutch
from provisions.domain.record import NEEDED_AGAIN, OTHERS_STARTED, Fact, field_given
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName

EVERYWHERE: Mapping[Fact, str] = {
    **{Fact("rung.climbed", rung): f"Escalatie: {rung.label}" for rung in RungName},
    **{Fact("rung.answered", rung): f"Antwoord vastgelegd: {rung.label}" for rung in RungName if rung.kind.is_table},
    Fact("rung.submitted", "yes"): "Ingediend bij het landelijk Maatwerkloket",
    Fact("rung.submitted", "no"): "Niet ingediend bij het landelijk Maatwerkloket",
    Fact("desk.submitted", "yes"): "Ingediend bij het centrale loket",
    Fact("desk.submitted", "no"): "Niet ingediend bij het centrale loket",
    Fact("provision.outcome", OutcomeName.REFUSED): "Afgewezen",
    NEEDED_AGAIN: "Opnieuw nodig",
    Fact("provision.ended"): "Geëindigd met het traject",
    Fact("provision.no_longer_needed"): "Niet meer nodig",
    Fact("provision.handed_over"): "Overgedragen aan een andere gemeente",
    Fact("rung.taken_over"): "Een escalatiestap in de vorige gemeente telt als gezet",
    Fact("provision.waived"): "Afgeweken van een voorwaarde, met grond en naam",
    Fact("provision.reopened"): "Heropend",
    Fact("provision.undone"): "Teruggedraaid",
    Fact("provision.moved"): "Nodig vanaf een andere dag",
    Fact("provision.urgent"): "Spoed gekregen",
    Fact("provision.milestone"): "Mijlpaal vastgelegd",
    Fact("provision.replied"): "Antwoord van wie het is gevraagd",
    Fact("reply.handled"): "Antwoord opgepakt",
    Fact("promise.reminded"): "Loket herinnerd aan de dag die het noemde",
    Fact("follow_up.planned", "evidence_received"): "Nagaan of het bewijs is ontvangen, staat in de agenda",
    Fact("follow_up.planned", "refusal_discussed"): "De afwijzing bespreken, staat in de agenda",
    Fact("follow_up.planned", "objection_considered"): "Nagaan of er bezwaar komt, staat in de agenda",
    Fact("follow_up.planned", "objection_last_weeks"): "Nagaan of er op tijd bezwaar is, staat in de agenda",
    Fact("follow_up.planned", "asked_again"): "Later nog eens vragen, staat in de agenda",
    Fact("follow_up.planned", "livelihood"): "Nagaan waar de cliënt nu van leeft",
    Fact("follow_up.planned", "application_received"): "Nagaan of de aanvraag is ontvangen, staat in de agenda",
    Fact("approval.asked"): "Akkoord gevraagd aan een tweede persoon",
    Fact("approval.asked_again"): "Nog eens akkoord gevraagd",
    Fact("approval.approved"): "Akkoord gegeven",
    Fact("approval.denied"): "Geen akkoord",
    Fact("approval.lapsed"): "Vraag om akkoord vervallen",
    Fact("term.agreed"): "Datum afgesproken",
    Fact("clock.suspended"): "Klok stilgezet",
    Fact("clock.resumed"): "Klok loopt weer",
    Fact("warning.given"): "Voorwaarschuwing gegeven",
    Fact("warning.passed"): "Geen voorwaarschuwing meer: de dag is er",
    Fact("signal.given"): "Signaal gegeven",
    Fact("message.requested", "again"): "Opnieuw gevraagd aan het loket",
    Fact("message.requested", "asked_anew"): "Opnieuw gevraagd aan het loket, na de afwijzing",
    Fact("message.requested", "cancelled"): "Loket laten weten dat het niet meer nodig is",
    Fact("message.requested", "handover"): "Loket laten weten dat het overgaat naar een andere gemeente",
    Fact("message.requested", "go_on"): "Loket gevraagd door te gaan tot de nieuwe gemeente het overneemt",
    Fact("message.requested", "taken_over"): "Tafel in de nieuwe gemeente ingelicht",
    Fact("message.requested", "decided"): "Loket laten weten wat de tafel heeft besloten",
    Fact("message.requested", "new_day"): "Loket laten weten wat de uiterste datum nu is",
    Fact("message.requested", "new_day_listed"): "Uiterste datum komt in het overzicht voor het loket",
    Fact("message.requested", "new_day_table"): "Tafel laten weten wat de uiterste datum nu is",
    Fact("message.requested", "new_day_central"): "Centraal loket laten weten wat de uiterste datum nu is",
    Fact("message.requested", "settled"): "Tafel laten weten dat het klaar is",
    Fact("message.requested", "settled_desk"): "Landelijk Maatwerkloket laten weten dat het klaar is",
    Fact("message.requested", "settled_central"): "Centraal loket laten weten dat het klaar is",
    Fact("message.requested", "unsettled"): "Tafel laten weten dat het weer open is",
    Fact("message.requested", "unsettled_desk"): "Landelijk Maatwerkloket laten weten dat het weer open is",
    Fact("message.requested", "unsettled_central"): "Centraal loket laten weten dat het weer open is",
}

SILENT = frozenset(
    {
        # What comes with a step that shows, and is told by it.
        Fact("provision.needed"),
        Fact("provision.blocked"),
        Fact("provision.started"),
        # Why it is not there yet is never told in Prefect.
        Fact("provision.cause"),
        Fact("provision.number"),
        Fact("message.requested", "replied"),
        Fact("message.requested", "refused"),
        Fact("message.requested", "answer"),
        Fact("message.requested", "warned"),
        Fact("message.requested", "climbed"),
        Fact("message.requested", "signal_lead"),
        Fact("signal.passed"),
        Fact("message.requested", "recorded"),
        # What is written about it is read by its director, not in Prefect.
        Fact("case.noted"),
        # The state's own name and message say it: "Te laat", the due date, "Geregeld op …".
        Fact("provision.overdue"),
        Fact("term.changed"),
        Fact("term.statutory"),
        field_given("announced_on"),
        field_given("announced_by"),
        field_given("why"),
        Fact("provision.outcome", OutcomeName.DELIVERED),
        Fact("provision.outcome", OutcomeName.WITHDRAWN),
    }
)
"""Facts about a provision that show in another way than as a step."""

AFTER_THE_END = frozenset({"follow_up.reminded", "follow_up.done", "follow_up.lapsed", "signal.given", "signal.passed"})
"""Kinds of facts about a provision that is closed: its run has ended."""


@dataclass(frozen=True)
class Told:
    """A process as it was told. ``notes``: field of the outcome form → what was noted with it."""

    settled: str
    advice: str
    captions: Mapping[Fact, str]
    notes: Mapping[str, str]

    def step(self, facts: tuple[Fact, ...]) -> str | None:
        """The caption of a line of the record with these facts; ``None`` when it is no step of its own."""
        said = [caption for fact in facts if (caption := self.captions.get(fact) or EVERYWHERE.get(fact))]
        noted = [
            self.notes[fact.which] for fact in facts if fact == field_given(fact.which) and fact.which in self.notes
        ]
        if noted:
            said.append(f"Vastgelegd: {dutch.listed(noted)}")
        return ". ".join(said) or None


@dataclass(frozen=True)
class ProvisionProcess:
    """The process of the provision ``key``; ``description`` (Dutch) is what its flow says of itself in the UI."""

    key: str
    description: str
    told: Told


class Process:
    """What happens in a process, told from asking to ending."""

    def __init__(self) -> None:
        self._settled = self._advice = ""
        self._captions: dict[Fact, str] = {}
        self._notes: dict[str, str] = {}

    def applies(self, caption: str, *, proceeds: str) -> None:
        """The application goes to the counter at intake, also while the provision waits for another; ``proceeds`` when the
        counter hears that it can go on."""
        self._says(caption, Fact("provision.applied"))
        self._says(proceeds, Fact("message.requested", "proceed"))

    def asks(self, caption: str) -> None:
        """The counter is asked."""
        self._says(caption, Fact("message.requested", "request"))

    def calls_standby(self, caption: str) -> None:
        """Outside office hours who is on duty hears of it."""
        self._says(caption, Fact("message.requested", "standby"))

    def waits_until(self, settled: str, *, advice: str = "") -> None:
        """Until when the run waits: completes "Dit is geregeld als …" above its form. ``advice``: the guide's, below that."""
        self._settled, self._advice = settled, advice

    def offers_waivers(self, caption: str) -> None:
        """When it is late or refused, the case director is offered to start what waits for it without it."""
        self._says(caption, Fact("message.requested", "waiver_offer"))

    def notes(self, field: str, what: str) -> None:
        """With the outcome is noted ``what``: completes "Vastgelegd: …". What was answered shows nowhere in Prefect."""
        self._notes[field] = what

    def offers_instead(self, field: str, caption: str) -> None:
        """Something else was offered, as the ``field`` of the outcome says."""
        self._says(caption, field_given(field))

    def tells_director(self, caption: str) -> None:
        """The case director hears that it is ready; the client gets no letter."""
        self._says(caption, Fact("message.requested", "ready"))

    def plans(self, follow_up: str, caption: str) -> None:
        """A follow-up is planned, so that nothing is forgotten afterwards."""
        self._says(caption, Fact("follow_up.planned", follow_up))

    def starts_others(self, caption: str) -> None:
        """What waited for this one was started."""
        self._says(caption, OTHERS_STARTED)

    def ends(self) -> "Ended":
        """The process is told. The run ends under the name of the outcome."""
        if not self._settled:
            raise ValueError("A process waits until something is settled: waits_until is missing.")
        return Ended(Told(self._settled, self._advice, dict(self._captions), dict(self._notes)))

    def _says(self, caption: str, *facts: Fact) -> None:
        for fact in facts:
            if fact in self._captions or fact in EVERYWHERE or fact in SILENT:
                raise ValueError(f"{fact} is told already.")
            self._captions[fact] = caption


@dataclass(frozen=True)
class Ended:
    """What a process returns: that it was told to its end."""

    told: Told


def process(tell: Callable[[Process], Ended]) -> ProvisionProcess:
    """Make what a function tells the process of the provision of that name. Its docstring (Dutch) describes it in the UI."""
    return ProvisionProcess(tell.__name__, inspect.cleandoc(tell.__doc__ or ""), tell(Process()).told)
