"""Trust services: a time-stamp authority with its certificates and lists, served on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import CertLabel, CertomancerConfig
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.serving import WSGIRequestHandler, make_server

CONFIGURATION = """
keysets:
  trust:
    path-prefix: .
    keys: {root: {path: root.pem}, tsa: {path: tsa.pem}}
pki-architectures:
  trust:
    keyset: trust
    entity-defaults: {country-name: DK, organization-name: Fjord Trust}
    entities:
      root: {common-name: Fjord Root}
      tsa: {common-name: Fjord Time}
    certs:
      root:
        subject: root
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2060-01-01T00:00:00+0000"}
        extensions:
          - {id: basic_constraints, critical: true, value: {ca: true}}
          - id: key_usage
            critical: true
            smart-value: {schema: key-usage, params: [digital_signature, key_cert_sign, crl_sign]}
      tsa: &stamping
        subject: tsa
        subject-key: tsa
        issuer: root
        validity: {valid-from: "2025-01-01T00:00:00+0000", valid-to: "2035-01-01T00:00:00+0000"}
        extensions:
          - {id: key_usage, critical: true, smart-value: {schema: key-usage, params: [digital_signature]}}
          - {id: extended_key_usage, critical: true, value: [time_stamping]}
          - id: crl_distribution_points
            smart-value: {schema: crl-dist-url, params: {crl-repo-names: [root]}}
      revoked:
        <<: *stamping
        serial: 4711
        revocation: {revoked-since: "2030-01-01T00:00:00+0000", reason: key_compromise}
    services:
      crl-repo:
        root: {for-issuer: root, signing-key: root, simulated-update-schedule: P30D}
      time-stamping:
        good: {signing-key: tsa, signing-cert: tsa, certs-to-embed: [root]}
        revoked: {signing-key: tsa, signing-cert: revoked}
"""


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        return


@dataclass
class TrustServices:
    """The running services: their address, their root certificate, and their clock, which a test sets."""

    address: str
    root: Path
    animator: Animator
    closed: set[str] = field(default_factory=set)

    def url(self, name: str = "good") -> str:
        """Where to ask for time stamps."""
        return f"{self.address}/trust/tsa/{name}"

    def answer(self, environment: dict[str, Any], start: Any) -> Any:
        """The animated services, but for those whose path has a closed part."""
        if any(part in environment["PATH_INFO"] for part in self.closed):
            start("503 Service Unavailable", [])
            return []
        return self.animator(environment, start)

    def set_clock(self, moment: datetime) -> None:
        """Whatever is stamped from now on is stamped with this time."""
        self.animator.fixed_time = moment


@contextmanager
def trust_services(folder: Path, moment: datetime | None = None) -> Iterator[TrustServices]:
    """Serves until the block ends, with the real clock unless told a moment."""
    for name in ("root", "tsa"):
        key = rsa.generate_private_key(65537, 2048)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(secret)
    server = make_server("127.0.0.1", 0, _missing, threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    configuration = CertomancerConfig.from_yaml(CONFIGURATION, str(folder), external_url_prefix=address)
    animator = Animator(AnimatorArchStore(configuration.pki_archs), at_time=moment, with_web_ui=False)
    (architecture,) = configuration.pki_archs.values()
    root = folder / "fjord-root.pem"
    root.write_bytes(pem.armor("CERTIFICATE", architecture.get_cert(CertLabel("root")).dump()))
    services = TrustServices(address, root, animator)
    server.app = services.answer
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield services
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _missing(_: Any, start: Any) -> list[bytes]:
    start("503 Service Unavailable", [])
    return []
