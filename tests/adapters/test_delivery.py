"""Mail and chat leave for real servers on this machine, and every way in which those fail is told apart."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from post import Hook, Mailbox, free_port, hooked, served
from sdflow.adapters.delivery.channel import ChannelCarrier
from sdflow.adapters.delivery.letter import as_letter
from sdflow.adapters.delivery.mail import MailCarrier, MailServer, Security
from sdflow.adapters.delivery.settings import post
from sdflow.domain.errors import Unreadable
from sdflow.domain.message import Message, Outcome, Receipt

SENDER = "Desk <desk@northgate.example>"


def message(to: str = "a@b.example", id: str = "m1@northgate.example", **more: Any) -> Message:
    said = {
        "name": "Ada",
        "subject": "Due",
        "text": "Hello\n",
        "html": "<p>Hello</p>",
        "calendar": b"BEGIN:VCALENDAR\r\n",
    }
    return Message(id=id, to=to, written_at=datetime(2026, 1, 1, tzinfo=UTC), **{**said, **more})


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, begin + timedelta(9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def carrier(port: int, security: Security = Security.none, **more: Any) -> Iterator[MailCarrier]:
    with closing(MailCarrier(MailServer("127.0.0.1", port, security, SENDER, timeout_seconds=1, **more))) as made:
        yield made


@contextmanager
def serving(mailbox: Mailbox, **more: Any) -> Iterator[int]:
    port = free_port()
    server = served(mailbox, port, **more)
    try:
        yield port
    finally:
        server.stop()


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def test_many_messages_leave_over_one_connection(mailbox: Mailbox) -> None:
    with serving(mailbox) as port, carrier(port) as made:
        receipts = [made.carry(message(f"p{number}@b.example", f"m{number}@x")) for number in range(20)]
    assert set(receipts) == {Receipt(Outcome.sent)}
    assert [to for to, _ in mailbox.letters] == [f"p{number}@b.example" for number in range(20)]


def test_a_line_that_is_a_dot_ends_nothing(mailbox: Mailbox) -> None:
    text = "before\n.\n..two\nQUIT\nafter\n"
    with serving(mailbox) as port, carrier(port) as made:
        assert made.carry(message(text=text, html="", calendar=None)).outcome is Outcome.sent
    assert mailbox.letters[0][1].get_content().replace("\r\n", "\n") == text


def test_the_same_message_makes_the_same_bytes() -> None:
    assert as_letter(message(), SENDER) == as_letter(message(), SENDER)


def test_no_text_of_a_user_becomes_a_header(mailbox: Mailbox) -> None:
    wicked = "Due\r\nBcc: all@b.example"
    with serving(mailbox) as port, carrier(port) as made:
        made.carry(message(subject=wicked, name='Ada"\r\nBcc: b@b.example <c@b.example>'))
    (letter,) = mailbox.to("a@b.example")
    assert letter["Bcc"] is None
    assert str(letter["Subject"]) == "Due Bcc: all@b.example"


@pytest.mark.parametrize("address", ["", "nobody", "a@", "a@b, c@d", "a\r\nRCPT TO:<x@y>@b", "a@b@c"])
def test_an_address_that_is_none_is_refused_before_anybody_is_asked(mailbox: Mailbox, address: str) -> None:
    with carrier(free_port()) as made:
        assert made.carry(message(address)).outcome is Outcome.refused


def test_an_address_outside_ascii_goes_where_the_server_takes_it(mailbox: Mailbox) -> None:
    with serving(mailbox, enable_SMTPUTF8=True) as port, carrier(port) as made:
        assert made.carry(message("zoë@b.example", name="Zoë")).outcome is Outcome.sent
    with serving(mailbox, enable_SMTPUTF8=False) as port, carrier(port) as made:
        receipt = made.carry(message("zoë@b.example"))
    assert (receipt.outcome, "outside ASCII" in receipt.why) == (Outcome.refused, True)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("550 no", Outcome.refused), ("451 later", Outcome.later), ("drop", Outcome.unknown), ("250 OK", Outcome.sent)],
)
def test_what_the_server_says_of_the_content_decides(mailbox: Mailbox, answer: str, outcome: Outcome) -> None:
    mailbox.answer = lambda _, to: answer if to == "a@b.example" else "250 kept"
    with serving(mailbox) as port, carrier(port) as made:
        assert made.carry(message()).outcome is outcome
        assert made.carry(message("next@b.example")).outcome is Outcome.sent


def test_a_server_that_is_not_there_is_down() -> None:
    with carrier(free_port()) as made:
        receipt = made.carry(message())
    assert receipt.outcome is Outcome.down
    assert "refused" in receipt.why.lower()


def test_a_server_that_says_nothing_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, carrier(silent.getsockname()[1]) as made:
        receipt = made.carry(message())
    assert (receipt.outcome, "did not answer in time" in receipt.why) == (Outcome.down, True)


def test_a_server_that_falls_silent_after_the_content_leaves_it_unknown() -> None:
    with _scripted(b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 go\r\n", b"") as port, carrier(port) as made:
        receipt = made.carry(message(html="", calendar=None))
    assert receipt.outcome is Outcome.unknown


def test_a_server_that_hangs_up_before_the_content_took_nothing() -> None:
    with _scripted(b"250 x\r\n", b"250 x\r\n") as port, carrier(port) as made:
        assert made.carry(message()).outcome is Outcome.later


@contextmanager
def _scripted(*answers: bytes) -> Iterator[int]:
    """A server that gives these answers, one for each command, and then hangs up; to an empty one it falls silent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                connection.sendall(b"220 here\r\n")
                for answer in answers:
                    if not connection.recv(65536):
                        return
                    connection.sendall(answer)
                    if not answer:
                        threading.Event().wait(1.5)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", [Security.tls, Security.starttls])
def test_mail_and_password_travel_under_tls(mailbox: Mailbox, certificate: Path, security: Security) -> None:
    def knows(*asked: Any) -> AuthResult:
        given = asked[-1]
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"desk", b"open sesame")
        return AuthResult(success=right)

    more: dict[str, Any] = {"authenticator": knows, "auth_required": True}
    if security is Security.tls:
        more |= {"ssl_context": tls(certificate), "auth_require_tls": False}  # it does not count what began with TLS
    else:
        more |= {"tls_context": tls(certificate), "require_starttls": True}
    with serving(mailbox, **more) as port:
        with carrier(port, security, user="desk", password="open sesame", authorities=certificate) as made:
            assert made.carry(message()) == Receipt(Outcome.sent)
        with carrier(port, security, user="desk", password="wrong", authorities=certificate) as made:
            assert made.carry(message()).outcome is Outcome.down
        with carrier(port, security, user="desk", password="open sesame") as made:
            receipt = made.carry(message())
    assert (receipt.outcome, "certificate" in receipt.why.lower()) == (Outcome.down, True)
    assert len(mailbox.letters) == 1


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(mailbox: Mailbox) -> None:
    with serving(mailbox) as port, carrier(port, Security.starttls) as made:
        assert made.carry(message()).outcome is Outcome.down
    assert mailbox.letters == []


def test_a_web_hook_is_told_subject_and_text() -> None:
    with hooked(Hook()) as hook:
        receipt = ChannelCarrier("sdflow.toml", "desk", f"json://127.0.0.1:{hook.port}/hook").carry(message(to=""))
    assert receipt == Receipt(Outcome.sent)
    assert (hook.heard[0]["title"], hook.heard[0]["message"].strip()) == ("Due", "Hello")


@pytest.mark.parametrize("status", [500, 404])
def test_a_web_hook_that_fails_is_tried_again_later(status: int) -> None:
    with hooked(Hook(status)) as hook:
        receipt = ChannelCarrier("sdflow.toml", "desk", f"json://127.0.0.1:{hook.port}/hook").carry(message(to=""))
    assert receipt.outcome is Outcome.later
    assert str(status) in receipt.why


def test_an_address_that_apprise_does_not_know_is_named_without_showing_it() -> None:
    with pytest.raises(Unreadable) as raised:
        ChannelCarrier("sdflow.toml", "desk", "nosuch://secret-token")
    assert "channels.desk: Apprise does not know" in str(raised.value)
    assert "secret" not in str(raised.value)


Wrong = Callable[[dict[str, Any]], dict[str, Any]]
MAIL = {"server": "mail.example", "from": SENDER}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mail": {"server": "mail.example"}}, "mail.from: Field required"),
        ({"mail": {**MAIL, "from": "nobody"}}, "mail.from: 'nobody' is no mail address"),
        ({"mail": {**MAIL, "colour": "red"}}, "mail.colour: "),
        ({"mail": {**MAIL, "user": "desk"}}, "user and password_file belong together"),
        ({"mail": {**MAIL, "user": "desk", "password_file": "p", "security": "none"}}, "never sent in the clear"),
        ({"reminders": {"lease_minutes": 1}}, "reminders.lease_minutes: "),
        ({"reminders": {"on_unknown": "panic"}}, "reminders.on_unknown: "),
        ({"channels": {"desk": {"for": ["x"]}}}, "give address or address_file"),
        ({"channels": {"mail": {"for": ["x"], "address": "json://x"}}}, "a channel is not called 'mail'"),
    ],
)
def test_settings_that_cannot_be_are_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable, match=r"sdflow\.toml") as raised:
        post(Path("sdflow.toml"), settings)
    assert said in str(raised.value)


def test_a_password_file_that_is_missing_is_named_when_mail_is_to_leave(tmp_path: Path) -> None:
    settings = {"mail": {**MAIL, "user": "desk", "password_file": "secret.txt"}}
    with pytest.raises(Unreadable, match=r"mail\.password_file: secret\.txt cannot be read"):
        post(tmp_path / "sdflow.toml", settings).opened("mail")
