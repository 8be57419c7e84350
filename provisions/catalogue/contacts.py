"""Whom messages go to, and where."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from provisions.domain.answering import AnswersBy
from provisions.domain.questions import AskedAs


@dataclass(frozen=True)
class Webhook:
    """Where a program takes messages. The secrets stay where they are: ``env:NAME`` or ``file:/path``."""

    url: str
    secret_from: str
    token_from: str = ""

    @property
    def address(self) -> str:
        """The URL, fit for a message: its query may hold a token."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


@dataclass(frozen=True)
class Contact:
    """A desk, table or person that gets messages. ``phone`` is empty where nobody calls.

    With a ``webhook`` messages go there instead of to the e-mail address, which remains the way to reach people.
    ``answers``: how this one answers by the link in a letter, where that was set; ``webhook_link``: its webhook gets the link.
    ``code``: the staff code of a team lead, where it was set (of a case director it is the key).
    """

    name: str
    email: str
    phone: str = ""
    webhook: Webhook | None = None
    answers: AnswersBy | None = None
    webhook_link: bool = False
    code: str = ""

    @property
    def address(self) -> str:
        """Where messages go."""
        return self.webhook.address if self.webhook else self.email

    def answers_by(self, asked: AskedAs) -> AnswersBy:
        """How this one answers: as was set, else a counter or table by the link alone, an officer signed in."""
        return self.answers or (AnswersBy.SIGN_IN if asked is AskedAs.OFFICER else AnswersBy.LINK)
