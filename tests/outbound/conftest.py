"""Cases to write about, made by the domain itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest

from provisions.catalogue import PROJECT, Config, load
from provisions.domain import lifecycle
from provisions.domain.case import Answer, Case, ProvisionKey, Reason, Status, Suspension
from provisions.domain.lifecycle import Decision, MessageIntent, Moment, Need
from provisions.domain.messages import MessageKind, telling
from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.rungs import RungName
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.render import Rendered, render
from provisions.outbound.transports import Refusal, UnableToSend
from tests.builders import CASE_ID, Town

DIRECTOR = "regisseur.noord"


@pytest.fixture(scope="session")
def config() -> Config:
    return load(PROJECT / "config")


@dataclass
class Story:
    """A client's case that goes through time; ``sent`` is every message it asked for, with the moment."""

    config: Config
    case: Case
    now: datetime
    sent: list[tuple[MessageIntent, datetime]] = field(default_factory=list)

    @property
    def moment(self) -> Moment:
        return Moment(self.now, DIRECTOR, self.config.catalogue)

    def take(self, decision: Decision) -> None:
        self.case = decision.case
        self.sent += [(intent, self.now) for intent in decision.messages]

    def until(self, moment: str) -> "Story":
        """Let time pass, in steps of six hours."""
        end = datetime.fromisoformat(moment).astimezone(UTC)
        while self.now < end:
            self.now = min(self.now + timedelta(hours=6), end)
            for key in self.case.provisions:
                for _ in range(4):
                    self.take(lifecycle.tick(self.case, key, Moment(self.now, lifecycle.SYSTEM, self.config.catalogue)))
        return self

    def outcome(self, key: str, name: OutcomeName, **fields: str) -> "Story":
        self.take(
            lifecycle.record_outcome(self.case, which(key), name, self.moment, on=self.moment.today, fields=fields)
        )
        return self

    def suspend(self, key: str, days: int, reason: Reason) -> "Story":
        today = self.moment.today
        suspension = Suspension(today, today + timedelta(days=days), reason)
        self.take(lifecycle.suspend(self.case, which(key), suspension, self.moment, None))
        return self

    def answer(self, key: str, rung: RungName, answer: Answer) -> "Story":
        self.take(lifecycle.answer(self.case, which(key), rung, answer, self.moment))
        return self

    def last(self, kind: str, key: str | ProvisionKey, detail: str | None = None) -> MessageFacts:
        """The last message of that kind."""
        intent, at = [
            (i, at) for i, at in self.sent if (i.kind, i.key) == (kind, which(key)) and detail in (None, i.detail)
        ][-1]
        told = tuple(
            Told(moment, i.municipality, MessageKind(i.kind))
            for i, moment in self.sent
            if i.key == which(key) and i is not intent and MessageKind(i.kind) in telling() and moment <= at
        )
        return MessageFacts(intent.id, intent.kind, intent.detail, intent.municipality, at, told)

    def read(self, kind: str, key: str | ProvisionKey, detail: str | None = None) -> Rendered:
        """That message as it is written now."""
        message = self.last(kind, key, detail)
        rendered = render(message, self.case, self.case.provisions[which(key)], self.config, self.now)
        assert isinstance(rendered, Rendered), f"{kind} for {key} is void: {rendered}"
        return rendered

    def written(self, kind: str, key: str, detail: str | None = None) -> Rendered:
        """A message of that kind, whether the story asked for it or not, to a counter that has to be told so."""
        case, provision = self.case, self.case.provisions[which(key)]
        match kind:
            case "cancelled":
                provision = replace(provision, status=Status.WITHDRAWN)
            case "handover":
                case = replace(case, municipality="duinrade")
        last = {"again": MessageKind.CANCELLED, "cancelled": MessageKind.REQUEST, "handover": MessageKind.REQUEST,
                "unsettled": MessageKind.SETTLED, "unsettled_desk": MessageKind.SETTLED_DESK,
                "unsettled_central": MessageKind.SETTLED_CENTRAL,
                "new_day_central": MessageKind.CENTRAL_SUBMISSION}  # fmt: skip
        told = (Told(self.now, "voorbeeldstad", last[kind], detail),) if kind in last else ()
        message = MessageFacts("an id", kind, detail, "voorbeeldstad", self.now, told)
        rendered = render(message, case.with_provision(provision), provision, self.config, self.now)
        assert isinstance(rendered, Rendered), f"{kind} for {key} is void: {rendered}"
        return rendered


def which(key: str | ProvisionKey) -> ProvisionKey:
    """The first round of a provision, unless another is meant."""
    return ProvisionKey(key) if isinstance(key, str) else key


def undelivered(town: Town) -> dict[str, UUID]:
    """What stands as not delivered: its id, by its kind."""
    return {one.kind: one.id for one in town.app.messages.found(undelivered=True)}


NewStory = Callable[..., Story]


@pytest.fixture
def story(config: Config) -> NewStory:
    """A case started on Monday 2 November 2026 at ten, with these needs."""

    def start(
        *keys: str, brp: Brp = Brp.UNKNOWN, municipality: str = "voorbeeldstad", urgent: tuple[str, ...] = (),
        needed_from: date | None = None, present: tuple[str, ...] = (),
        purpose: str | None = None,
    ) -> Story:  # fmt: skip
        case = Case(
            CASE_ID,
            "TR-2026-0042",
            municipality,
            Route.WVGGZ,
            brp,
            date(2026, 11, 2),
            DIRECTOR,
            present=frozenset(present),
        )
        told = Story(config, case, datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
        rules = config.catalogue.provisions
        needs = [
            Need(
                key,
                agreed=date(2026, 12, 1) if rules[key].needs_agreed_date else None,
                urgent=key in urgent,
                needed_from=needed_from if rules[key].needed_from else None,
                purpose=purpose if rules[key].purposes else None,
            )
            for key in keys
        ]
        told.take(lifecycle.open_case(case, needs, told.moment))
        return told

    return start


class Letterbox:
    """A transport that keeps what it gets. Addresses in ``refuses`` are refused; ``down``: nothing gets out."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses: set[str] = set()
        self.down = False
        self.after_sending: Callable[[], None] = lambda: None

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        if self.down:
            raise UnableToSend("mailserver nergens is niet bereikbaar")
        if any(address.addr_spec in self.refuses for address in mail["To"].addresses):
            raise UnableToSend("mailserver weigert de geadresseerde", everything=False)
        self.mails.append(mail)
        self.after_sending()
        return ()

    def close(self) -> None:
        pass

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()
