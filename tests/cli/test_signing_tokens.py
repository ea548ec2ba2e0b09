"""Signing with a key that never leaves its token (SoftHSM stands for a card)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from desk import OMAR, Desk, Said
from sdflow.adapters.signing import SigningKey, load_key, new_key

LIN = "PER-LIN"
RECORD = "OLA-0001"
TOKEN, LABEL, PIN = "card of Mei Lin", "signing", "246810"
CHARGES = "charges:\n  none: {title: Nothing is charged, amount: 0, currency: GBP, per: year}\n"

pytestmark = pytest.mark.pdf


@dataclass(frozen=True)
class Card:
    """A token with a key and its certificate, and the file with the certificate alone."""

    library: Path
    certificate: Path
    key: SigningKey


def _library() -> Path:
    found = [path for folder in ("/usr/lib", "/usr/local/lib") for path in Path(folder).glob("**/libsofthsm2.so")]
    if not found or shutil.which("softhsm2-util") is None:
        pytest.skip("SOFTHSM IS NOT INSTALLED: nothing was tried of signing with a token")
    return found[0].resolve()  # the process may load a library once, under one name


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    library = _library()
    folder = tmp_path_factory.mktemp("card")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("SOFTHSM2_CONF", str(settings))
        made = new_key("Mei Lin", "Northgate", "x", valid_from=datetime.now(UTC) - timedelta(days=1))
        (folder / "lin.p12").write_bytes(made.pkcs12)
        (folder / "lin.pem").write_bytes(made.certificate_pem)
        key = load_key(folder / "lin.p12", "x")
        _fill(folder, library, key)
        yield Card(library, folder / "lin.pem", key)


def _fill(folder: Path, library: Path, key: SigningKey) -> None:
    private = folder / "lin.key"
    private.write_bytes(key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tool = ("softhsm2-util", "--module", str(library))
    secrets = ("--pin", PIN)
    subprocess.run(
        [*tool, "--init-token", "--free", "--label", TOKEN, "--so-pin", "13579", *secrets],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [*tool, "--import", private, "--token", TOKEN, "--label", LABEL, "--id", "a1", *secrets],
        check=True,
        capture_output=True,
    )
    _put_certificate(library, key.certificate)


def _put_certificate(library: Path, certificate: x509.Certificate) -> None:
    import pkcs11
    from pkcs11.util.x509 import decode_x509_certificate

    content = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
    with pkcs11.lib(str(library)).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
        session.create_object({**content, pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: LABEL})


@pytest.fixture(scope="module")
def open_once(furnished: Path, card: Card, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agreement, waiting for Mei Lin with her card and then Omar Haddad."""
    folder = tmp_path_factory.mktemp("tokens")
    shutil.copytree(furnished, folder / "workspace")
    desk = Desk(folder / "workspace")
    (folder / "secret").write_text("correct horse")
    desk.must("key", "register", LIN, str(card.certificate), day=None)
    desk.must("key", "new", OMAR, "-o", str(folder / "omar.p12"), "--passphrase-file", str(folder / "secret"), day=None)
    desk.must("export", str(folder / "out"), RECORD, day=None)
    path = folder / "out" / "ola" / f"{RECORD}.yaml"
    if "\ncharges:" not in path.read_text():
        path.write_text(path.read_text() + CHARGES)
        desk.must("apply", str(path), day=None)
    desk.must("advance", RECORD, "offer", day=None)
    desk.must("advance", RECORD, "open_signing", day=None)
    return folder


@pytest.fixture
def desk(open_once: Path, tmp_path: Path) -> Desk:
    shutil.copytree(open_once / "workspace", tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


def sign(desk: Desk, folder: Path, library: Path, *, token: str = TOKEN, label: str = LABEL, pin: str = PIN) -> Said:
    (folder / "pin").write_text(pin)
    named = ("--token", str(library), "--token-label", token, "--key-label", label, "--pin-file", str(folder / "pin"))
    return desk.type("sign", RECORD, *named, person=LIN, day=None)


def test_a_key_on_a_token_signs_and_the_file_verifies(desk: Desk, open_once: Path, card: Card, tmp_path: Path) -> None:
    said = sign(desk, tmp_path, card.library)
    assert said.code == 0, said.words
    assert "Mei Lin signed OLA-0001" in said.words
    secret = ("--key", str(open_once / "omar.p12"), "--passphrase-file", str(open_once / "secret"))
    desk.must("sign", RECORD, *secret, "-o", str(tmp_path / "signed.pdf"), person=OMAR, day=None)
    for options in ((), ("--without-database",)):
        verified = desk.type("verify", str(tmp_path / "signed.pdf"), *options, person=None, day=None)
        assert verified.code == 0, verified.words
    assert card.key.fingerprint in desk.type("verify", str(tmp_path / "signed.pdf"), person=None, day=None).words


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"pin": "000000"}, 1, "the PIN does not open the token"),
        ({"pin": "1"}, 1, "the PIN does not open the token"),
        ({"token": "another"}, 2, "knows no token 'another'"),
        ({"label": "other"}, 2, "the token holds 0 keys and 0 certificates labelled 'other', not one each"),
    ],
)
def test_what_is_wrong_with_a_token_is_told_and_nothing_is_stored(
    desk: Desk, card: Card, tmp_path: Path, change: dict[str, str], code: int, message: str
) -> None:
    said = sign(desk, tmp_path, card.library, **change)
    assert said.code == code, said.words
    assert message in said.words
    assert desk.must("show", RECORD, "--json", day=None).data["signatures"] == []


def test_a_library_that_is_none_or_not_there_is_told(desk: Desk, tmp_path: Path) -> None:
    _library()
    nothing = tmp_path / "nothing.so"
    assert "is not there" in sign(desk, tmp_path, nothing).err
    nothing.write_text("no library")
    said = sign(desk, tmp_path, nothing)
    assert said.code == 2
    assert "is no PKCS#11 library that works here" in said.words
