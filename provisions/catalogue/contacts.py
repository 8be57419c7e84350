"""Whom messages go to, and where."""

from dataclasses import dataclass
from urllib.parse import urlsplit


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
    """

    name: str
    email: str
    phone: str = ""
    webhook: Webhook | None = None

    @property
    def address(self) -> str:
        """Where messages go."""
        return self.webhook.address if self.webhook else self.email
