"""The link by which a letter is answered. It is put in at the moment of sending, so that the letter as it is kept has none."""

import re
from dataclasses import replace
from html import escape
from uuid import UUID

from provisions.catalogue import Contact
from provisions.domain.answering import AnswersBy
from provisions.machine.link_secrets import Link, LinkSecrets
from provisions.machine.sealing import Sealing
from provisions.outbound.markdown import html, plain_text
from provisions.outbound.render import Asks, Rendered
from provisions.settings import Settings

# What the receiver must know of the link, by the way of answering; the last one is of whoever works here.
SAYS = {
    AnswersBy.LINK: "U hoeft niet in te loggen. Er staat niets over de inwoner op.",
    AnswersBy.LINK_AND_CODE: (
        "U hoeft niet in te loggen. Er staat niets over de inwoner op. U vraagt daar een code aan; die komt in deze mailbox."
    ),
    AnswersBy.SIGN_IN: "U meldt zich aan met uw eigen account. Er staat niets over de inwoner in de link.",
}
ON_PAGE = "U meldt zich aan met uw eigen account."
TAKES_UP = "U hoeft niet in te loggen. Er wordt dan niemand anders meer gebeld."
CODE_SAYS = "De code is tien minuten geldig, en alleen in de browser waarin u haar vroeg."
CALL = "Klikt u liever niet op een link? Bel dan: hieronder staat wie u kunt bellen."


_ANSWERING = ("Antwoord met deze link, die alleen voor deze vraag is:", "Antwoord op deze vraag")
_ON_PAGE = ("Dit doet u op deze pagina:", "Open de pagina")
_TAKING_UP = ("Pakt u dit op? Zeg het met deze link:", "Ik pak dit op")
# In an overview that holds several letters: a line of its own for each that asks something, and what follows when it leaves.
_PLACE = "antwoord op deze vraag: {} ({})"
_IN_TEXT = re.compile(r"antwoord op deze vraag: (\S+) \(([a-z+-]+)\)\n*")
_IN_HTML = re.compile(rf"<p><code>{_IN_TEXT.pattern}</code></p>\n*")


def place_of(message: UUID, asks: Asks) -> str:
    """The line (Markdown) in an overview where the link of this letter belongs. It holds no secret, and is kept as it is."""
    return f"`{_PLACE.format(asks.page or message, asks.by.value)}`"


def without_places(rendered: Rendered) -> Rendered:
    """An overview as it leaves where there are no links."""
    return replace(rendered, text=_IN_TEXT.sub("", rendered.text), html=_IN_HTML.sub("", rendered.html))


class Links:
    """``base_url``: the address of the workplace for people, without a slash at its end."""

    def __init__(self, base_url: str, secrets: LinkSecrets) -> None:
        self._base_url = base_url
        self._secrets = secrets

    def address(self, message: UUID, asks: Asks, to: Contact) -> str:
        """Where ``to`` answers the letter."""
        if asks.page:
            return f"{self._base_url}{asks.page}"
        if asks.takes_up:
            return f"{self._base_url}{self._secrets.call_path(Link(message), to.address)}"
        return f"{self._base_url}{self._secrets.path(asks.link or Link(message), to.address)}"

    def put_in(self, rendered: Rendered, message: UUID, to: Contact) -> Rendered:
        """The letter with its link, for ``to`` alone; as it is when it asks nothing."""
        asks = rendered.asks
        if asks is None:
            return rendered
        if asks.code:
            return self._with_code(rendered, asks, message)
        address = self.address(message, asks, to)
        if asks.takes_up:
            says, (how, button) = TAKES_UP, _TAKING_UP
        elif asks.page:
            says, (how, button) = ON_PAGE, _ON_PAGE
        else:
            says, (how, button) = f"{SAYS[asks.by]} {CALL}", _ANSWERING
        text = plain_text(f"{how}\n`{address}`\n\n{says}")
        marked = f'<p class="answer"><a href="{escape(address)}">{escape(button)}</a></p>\n{html(says)}'
        return replace(
            rendered,
            text=f"{asks.text[0]}{text}\n{asks.text[1]}",
            html=f"{asks.html[0]}{marked}{asks.html[1]}",
            link=address,
            asks=None,
        )

    def put_in_each(self, rendered: Rendered, to: Contact) -> Rendered:
        """An overview with the link of each letter in it that asks something, for ``to`` alone."""

        def in_text(place: re.Match[str]) -> str:
            address, says = self._of(place, to)
            return f"{plain_text(f'`{address}`').strip()}\n\n{plain_text(says)}\n"

        def in_html(place: re.Match[str]) -> str:
            address, says = self._of(place, to)
            button = (_ON_PAGE if says == ON_PAGE else _ANSWERING)[1]
            return html(f"[{button}]({address})\n\n{says}")

        return replace(rendered, text=_IN_TEXT.sub(in_text, rendered.text), html=_IN_HTML.sub(in_html, rendered.html))

    def _of(self, place: re.Match[str], to: Contact) -> tuple[str, str]:
        """The address of one letter in an overview, and what its receiver must know of it."""
        named, by = place[1], AnswersBy(place[2])
        if named.startswith("/"):
            return f"{self._base_url}{named}", ON_PAGE
        return f"{self._base_url}{self._secrets.path(Link(UUID(named)), to.address)}", f"{SAYS[by]} {CALL}"

    def _with_code(self, rendered: Rendered, asks: Asks, message: UUID) -> Rendered:
        said = f"## Uw code\n\nTyp deze code op de pagina waar u haar vroeg: **{self._secrets.code(message)}**\n\n{CODE_SAYS}"
        return replace(
            rendered,
            text=f"{asks.text[0]}{plain_text(said)}\n{asks.text[1]}",
            html=f"{asks.html[0]}{html(said)}{asks.html[1]}",
            asks=None,
        )


def links_for(settings: Settings) -> Links | None:
    """The links of this installation; ``None`` where nobody said at which address people reach it.

    Raises ``Unreachable`` when the key can't be read or made.
    """
    if settings.base_url is None:
        return None
    return Links(settings.base_url, LinkSecrets(Sealing.at(settings.secrets)))
