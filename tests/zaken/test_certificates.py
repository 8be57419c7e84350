"""A case system that lets in only who has a certificate of its own, as municipalities have it (PKIoverheid)."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from provisions.catalogue import CaseSystem
from provisions.domain.errors import InvalidConfig
from provisions.settings import environment, load_settings
from provisions.zaken.checking import Findings, certificate, examine
from provisions.zaken.servers import servers_for
from provisions.zaken.tls import ends_at
from tests.conftest import MovingClock
from tests.zaken.conftest import GIVEN, PLACE, RESULTS, read, written
from tests.zaken.openzaak import OpenZaak, serving

NOW = datetime.now(UTC)  # a handshake knows no other
ENDS = (NOW + timedelta(days=90)).replace(microsecond=0)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Authority:
    """Gives out certificates, in ``folder``."""

    folder: Path

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = self._give("uitgever", self._key, of_itself=True)

    def give(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._give(name, key), self._write_key(name, key)

    def _give(self, name: str, key: ec.EllipticCurvePrivateKey, *, of_itself: bool = False) -> Path:
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("uitgever"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(ENDS)
            .add_extension(x509.BasicConstraints(ca=of_itself, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        )
        path = self.folder / f"{name}.pem"
        path.write_bytes(made.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        return path

    def _write_key(self, name: str, key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> Path:
        how = BestAvailableEncryption(password) if password else NoEncryption()
        path = self.folder / f"{name}.key"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
        return path

    def locked(self, name: str) -> Path:
        """A key with a password."""
        return self._write_key(name, ec.generate_private_key(ec.SECP256R1()), b"geheim")


@dataclass
class Guarded:
    """A case system behind mutual TLS, and what we were given for it."""

    zgw: OpenZaak
    system: CaseSystem
    authority: Authority
    files: dict[str, Path]
    clock: MovingClock

    def checked(self, **without: None) -> Findings:
        """What check says, with the files that are left."""
        files = {name: path for name, path in self.files.items() if name.rpartition("_")[2] not in without}
        (server,) = servers_for({PLACE: self.system}, GIVEN, self.clock, lambda: 0.5, files=files).values()
        return examine(server, self.clock(), callback="", answers=lambda _address: None)


@pytest.fixture
def guarded(tmp_path: Path, clock: MovingClock) -> Iterator[Guarded]:
    authority = Authority(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    tls.load_cert_chain(*authority.give("zaaksysteem"))
    tls.verify_mode = ssl.CERT_REQUIRED
    with serving(clock, tls) as zgw:
        zgw.zaaktype("B0255", RESULTS)
        config, faults = read({PLACE: written(zgw.root)})
        assert faults == []
        system = config.zaken[PLACE]
        ours, key = authority.give("regie")
        files = {system.certificate: ours, system.key: key, system.authorities: authority.file}
        yield Guarded(zgw, system, authority, files, clock)


def test_with_our_certificate_it_lets_us_in(guarded: Guarded) -> None:
    assert guarded.checked().faults == []


def test_whose_certificate_we_do_not_know_is_not_believed(guarded: Guarded) -> None:
    found = guarded.checked(AUTHORITIES=None)
    assert found.away
    assert "de beveiligde verbinding lukt niet" in found.faults[0]
    assert guarded.system.authorities in found.faults[0]


def test_without_ours_it_does_not_let_us_in(guarded: Guarded) -> None:
    found = guarded.checked(CERTIFICATE=None, KEY=None)
    assert found.away  # whether its reason or the end of the line comes first is the network's
    assert guarded.zgw.calls == []


def test_files_that_can_not_be_used_are_named(guarded: Guarded, tmp_path: Path) -> None:
    system, good = guarded.system, dict(guarded.files)
    for files, named in (
        ({**good, system.key: guarded.authority.locked("regie")}, system.key),
        ({**good, system.certificate: tmp_path / "weg.pem"}, system.certificate),
        ({**good, system.authorities: good[system.key]}, system.authorities),
        ({system.certificate: good[system.certificate]}, system.key),
    ):
        with pytest.raises(InvalidConfig) as refused:
            servers_for({PLACE: system}, GIVEN, guarded.clock, lambda: 0.5, files=files)
        assert named in refused.value.lines[0]


def test_its_end_is_said_two_months_before(guarded: Guarded) -> None:
    ends = ends_at(guarded.system, guarded.files)
    assert ends == ENDS
    told = []
    for days in (61, 59, -1):
        found = Findings()
        certificate(guarded.system, ends, ENDS - timedelta(days=days), found)
        told.append(" ".join(found.warnings))
    assert (told[0], "eindigt op" in told[1], "is geëindigd op" in told[2]) == ("", True, True)
    assert ends_at(guarded.system, {}) is None


def test_they_are_named_in_the_environment_and_are_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVISIONS_ZGW_HAVENMEER_CERTIFICATE", "regie.pem")
    settings = load_settings()
    assert settings.zgw == {}
    assert settings.zgw_files == {"PROVISIONS_ZGW_HAVENMEER_CERTIFICATE": tmp_path / "regie.pem"}
    assert environment(settings)["PROVISIONS_ZGW_HAVENMEER_CERTIFICATE"] == str(tmp_path / "regie.pem")
