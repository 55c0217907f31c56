"""The seal that the settings give: read when a document is to be sealed, made where nobody's word is at stake."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.seal.certificate import Sealer, make_development_p12, read_sealer

DEVELOPMENT_NAME = "Cachet de développement de Jalon"


def sealer_of(settings: Mapping[str, Any], *, now: datetime) -> Sealer:
    """Return the seal of this installation; raises Unusable with what is to be set."""
    path = settings["SEAL_P12"]
    if settings["MAKES_ITS_SEAL"] and path and not Path(path).exists():
        write_p12(Path(path), settings["SEAL_PASSPHRASE"], now=now)
    return read_sealer(path, settings["SEAL_PASSPHRASE"])


def write_p12(path: Path, passphrase: str, *, now: datetime) -> None:
    """Write a certificate for development, readable by this account alone; FileExistsError when there is a file."""
    data = make_development_p12(DEVELOPMENT_NAME, passphrase.encode(), now=now)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(data)
