"""Channel: messages go wherever Apprise can bring them, such as to a chat room or a web hook."""

from __future__ import annotations

from logging import INFO

from sdflow.domain.errors import Unreadable
from sdflow.domain.message import Message, Outcome, Receipt


class ChannelCarrier:
    """Brings messages to one Apprise address. It tells only that something did not go, so that is tried again."""

    def __init__(self, source: str, name: str, address: str) -> None:
        """Raises Unreadable where Apprise is not installed or does not know the address, which is never shown."""
        field = f"channels.{name}"
        try:
            from apprise import Apprise
        except ModuleNotFoundError:
            raise Unreadable.because(source, "Apprise is missing; install sdflow[channels]", field=field) from None
        self._apprise = Apprise()
        if not self._apprise.add(address):
            raise Unreadable.because(source, "Apprise does not know an address of this form", field=field)

    def carry(self, message: Message) -> Receipt:
        """Bring one message there."""
        from apprise import LogCapture, NotifyFormat

        with LogCapture(level=INFO) as log:  # type: ignore[no-untyped-call]
            went = self._apprise.notify(body=message.text, title=message.subject, body_format=NotifyFormat.TEXT)
            said = log.getvalue().strip().splitlines()
        if went:
            return Receipt(Outcome.sent)
        return Receipt(Outcome.later, said[-1].partition(" - ")[2] or said[-1] if said else "it was not taken")

    def close(self) -> None:
        """Nothing stays open."""
