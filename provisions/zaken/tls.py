"""Who we are to a case system that asks for a certificate (mutual TLS, as with PKIoverheid), and whose it may have as well.

Certificates and keys are PEM files; the environment says where. A key has no password: whoever may read the file may use it.
"""

import ssl
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import httpx

from provisions.catalogue import CaseSystem
from provisions.domain.errors import InvalidConfig

Files = Mapping[str, Path]


def context_for(system: CaseSystem, files: Files) -> ssl.SSLContext | None:
    """``None`` where nothing is set. Raises ``InvalidConfig`` for a file that can't be used."""
    certificate, key, authorities = (files.get(name) for name in (system.certificate, system.key, system.authorities))
    if certificate is None and key is None and authorities is None:
        return None
    if (certificate is None) is not (key is None):
        raise _fault(system, f"{system.certificate} en {system.key} horen bij elkaar. Stel beide in, of geen van beide")
    made = httpx.create_ssl_context()
    if authorities is not None:
        try:
            made.load_verify_locations(cafile=authorities)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise _fault(
                system,
                f"{system.authorities} noemt geen bestand met certificaten (PEM). Kijk of het er staat en te lezen is",
            ) from None
    if certificate is not None and key is not None:
        try:
            # With "" a key with a password is refused, and nobody is asked.
            made.load_cert_chain(certificate, key, password="")
        except (OSError, ValueError):
            raise _fault(
                system,
                f"{system.certificate} en {system.key} noemen geen certificaat en de sleutel daarvan (PEM, zonder wachtwoord). "
                "Kijk of zij er staan, te lezen zijn en bij elkaar horen",
            ) from None
    return made


def ends_at(system: CaseSystem, files: Files) -> datetime | None:
    """When our certificate ends (UTC); ``None`` where there is none, or it can't be read."""
    from cryptography.x509 import load_pem_x509_certificate  # takes a while, and only check asks

    if system.certificate not in files:
        return None
    try:
        return load_pem_x509_certificate(files[system.certificate].read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def _fault(system: CaseSystem, told: str) -> InvalidConfig:
    return InvalidConfig(f"zaken.toml, [municipality.{system.municipality}]: {told}.")
