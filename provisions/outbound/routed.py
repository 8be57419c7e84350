"""Two ways out: receivers at domains that are named ``secure`` get their mail by the relay for those, and by no other."""

from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage

from provisions.outbound import headers
from provisions.outbound.transports import POLICY, Refusal, Transport, UnableToSend


class Routed:
    """``is_secure`` says of an address whether it is reached by ``secure``; the others by ``usual``."""

    def __init__(self, usual: Transport, secure: Transport, is_secure: Callable[[str], bool]) -> None:
        self._usual = usual
        self._secure = secure
        self._is_secure = is_secure

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        """Send ``mail`` by each way that it needs. Where one way fails, its receivers are refused for the moment.

        Raises ``UnableToSend`` when nobody has it. That the secure way is closed keeps no other mail from leaving.
        """
        to: Sequence[Address] = mail["To"].addresses
        ways = (
            (self._usual, [one for one in to if not self._is_secure(one.addr_spec)]),
            (self._secure, [one for one in to if self._is_secure(one.addr_spec)]),
        )
        needed = [(way, receivers) for way, receivers in ways if receivers]
        refused: list[Refusal] = []
        failures: list[UnableToSend] = []
        for way, receivers in needed:
            try:
                refused += way.send(mail if len(needed) == 1 else _only(mail, receivers))
            except UnableToSend as error:
                closed = error.everything and way is self._usual
                failures.append(UnableToSend(str(error), everything=closed))
                refused += [Refusal(one.addr_spec, str(error), final=False) for one in receivers]
        if len(failures) == len(needed):
            raise failures[0]
        return tuple(refused)

    def close(self) -> None:
        """End what was kept open between messages."""
        self._usual.close()
        self._secure.close()


def _only(mail: EmailMessage, receivers: Sequence[Address]) -> EmailMessage:
    """The same mail to these alone."""
    one = message_from_bytes(bytes(mail), policy=POLICY)
    assert isinstance(one, EmailMessage)  # noqa: S101 - so says its policy
    del one["To"]
    one.set_raw("To", headers.addresses((to.display_name, to.addr_spec) for to in receivers))
    return one
