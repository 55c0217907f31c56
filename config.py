"""One class per environment. Secrets come from the environment alone; what is missing stops the start."""

import os
import secrets
from datetime import date
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
INSTANCE = Path(os.environ.get("JALON_INSTANCE", ROOT / "instance"))
"""Where the embedded database, its key and the demonstration's mails are kept."""

REQUIRED = {
    "SECRET_KEY": "clé secrète d’au moins 32 caractères (signature des sessions et des liens)",
    "DATABASE_URL": "adresse de la base, par exemple postgresql+psycopg://jalon@hote/jalon",
    "PUBLIC_URL": "adresse publique, par exemple https://jalon.exemple.fr (liens des courriels)",
    "SMTP_URL": "serveur de courriel, par exemple smtp+starttls://compte:motdepasse@hote:587",
    "MAIL_FROM": "adresse d’expédition des courriels",
}
"""What production cannot do without, each as the environment variable JALON_<NAME>."""

OPENID = {
    "OIDC_ISSUER": "adresse du fournisseur d’identité, telle qu’il l’écrit lui-même (ProConnect)",
    "OIDC_CLIENT_ID": "identifiant de ce service chez lui",
    "OIDC_CLIENT_SECRET": "secret de ce service chez lui",
}
"""All three or none: without them there is no ProConnect button."""

SECURITY = {
    "SECURITY_CONTACT": "à qui signaler une faille, par exemple mailto:securite@jalon.exemple.fr (security.txt)",
    "SECURITY_EXPIRES": "jusqu’à quand ce contact vaut, un an au plus : 2027-06-30 (security.txt)",
}
"""What it does better with."""

OPTIONAL = (*OPENID, "OIDC_ACR", "OIDC_ACR_SECOND_FACTOR", *SECURITY)


class ConfigurationError(Exception):
    """A setting is missing or unusable; the message says which one and what to give."""


class Config:
    """What all environments share."""

    NAME = ""
    DEMO = False
    TESTING = False
    SECRET_KEY = ""
    PUBLIC_URL = "http://127.0.0.1:8000"
    SMTP_URL = ""
    MAIL_FROM = "Jalon <ne-pas-repondre@jalon.example>"
    MAX_CONTENT_LENGTH = 12 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    MAX_FORM_PARTS = 2_000
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SECURE = False
    SESSION_COOKIE_PATH = "/"
    PERMANENT_SESSION_LIFETIME = 8 * 3600
    WTF_CSRF_TIME_LIMIT = None
    WTF_CSRF_SSL_STRICT = False  # it wants a Referer, which our pages forbid: see app/views/headers.py
    SQLALCHEMY_ENGINE_OPTIONS: ClassVar[dict[str, object]] = {"hide_parameters": True}
    SECURITY_CONTACT = ""
    SECURITY_EXPIRES = ""
    ARGON2: ClassVar[dict[str, int]] = {}
    CLAIM_MINUTES = 10
    MAIL_FOLDER: str | None = None
    SEALS = ""
    """Where the daily seals of the journal are kept outside the database (JALON_SEALS)."""
    OIDC_ISSUER = ""
    OIDC_CLIENT_ID = ""
    OIDC_CLIENT_SECRET = ""
    OIDC_ACR = "eidas1 eidas2 eidas3"
    OIDC_ACR_SECOND_FACTOR = (
        "eidas2 eidas3 https://proconnect.gouv.fr/assurance/self-asserted-2fa "
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"
    )
    OIDC_TIMEOUT = 5.0
    SESSION_COOKIE_NAME = "session"

    def __init__(self) -> None:
        self.SEALS = os.environ.get("JALON_SEALS", str(INSTANCE / f"{self.NAME}-sceaux.txt"))
        for name in REQUIRED:
            value = os.environ.get(f"JALON_{name}")
            if value:
                setattr(self, "SQLALCHEMY_DATABASE_URI" if name == "DATABASE_URL" else name, value)
        for name in OPTIONAL:
            setattr(self, name, os.environ.get(f"JALON_{name}", getattr(self, name)))
        _check_day("SECURITY_EXPIRES", self.SECURITY_EXPIRES)
        _check_openid(self)


def _check_openid(config: Config) -> None:
    given = [name for name in OPENID if getattr(config, name)]
    if given and len(given) < len(OPENID):
        missing = [f"  JALON_{name} : {meaning}" for name, meaning in OPENID.items() if name not in given]
        raise ConfigurationError("ProConnect est réglé à moitié, il manque :\n" + "\n".join(missing))
    address = urlsplit(config.OIDC_ISSUER)
    if given and address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1"):
        raise ConfigurationError("JALON_OIDC_ISSUER doit commencer par https:// (http:// pour un essai local).")


def _check_day(name: str, value: str) -> None:
    try:
        if value:
            date.fromisoformat(value)
    except ValueError:
        raise ConfigurationError(f"JALON_{name} s’écrit comme 2027-06-30, et non « {value} ».") from None


def _embedded_database(name: str) -> str:
    return f"sqlite:///{INSTANCE / name}.sqlite"


def _kept_secret(name: str) -> str:
    """Return the embedded database's own key, made at the first start so that sessions survive a second one."""
    INSTANCE.mkdir(exist_ok=True)
    path = INSTANCE / f"{name}.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


class Development(Config):
    """A developer's machine: embedded database, mails to whatever JALON_SMTP_URL names."""

    NAME = "development"

    def __init__(self) -> None:
        self.SQLALCHEMY_DATABASE_URI = _embedded_database(self.NAME)
        self.SECRET_KEY = _kept_secret(self.NAME)
        super().__init__()


class Demo(Development):
    """The demonstration: embedded database, invented data, mails readable in the application."""

    NAME = "demo"
    DEMO = True

    def __init__(self) -> None:
        super().__init__()
        self.MAIL_FOLDER = str(INSTANCE / "demo-mails")


class Testing(Config):
    """The tests' own: the fixtures give the database and the mail server."""

    __test__ = False  # not a test, whatever its name
    NAME = "testing"
    TESTING = True
    SECURITY_CONTACT = "mailto:securite@jalon.example"
    SECURITY_EXPIRES = "2027-06-30"
    SECRET_KEY = "tests-only-" + "0" * 32
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    SERVER_NAME = None
    ARGON2: ClassVar[dict[str, int]] = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


class Production(Config):
    """The real thing: nothing is guessed, and no demonstration account can exist."""

    NAME = "production"

    def __init__(self) -> None:
        missing = [
            f"  JALON_{name} : {meaning}" for name, meaning in REQUIRED.items() if not os.environ.get(f"JALON_{name}")
        ]
        if missing:
            raise ConfigurationError("Jalon ne démarre pas, il manque :\n" + "\n".join(missing))
        super().__init__()
        if len(self.SECRET_KEY) < 32:
            raise ConfigurationError("JALON_SECRET_KEY est trop courte : au moins 32 caractères.")
        address = urlsplit(self.PUBLIC_URL)
        if address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1"):
            raise ConfigurationError("JALON_PUBLIC_URL doit commencer par https:// (http:// pour un essai local).")
        self.SESSION_COOKIE_SECURE = address.scheme == "https"
        if self.SESSION_COOKIE_SECURE:  # tied to this very host: no neighbour of the domain can set or read it
            self.SESSION_COOKIE_NAME = "__Host-jalon"


ENVIRONMENTS: dict[str, type[Config]] = {kind.NAME: kind for kind in (Development, Demo, Testing, Production)}


def config_from_environment() -> Config:
    """Return the configuration that JALON_ENV names (development by default), or raise ConfigurationError."""
    name = os.environ.get("JALON_ENV", "development")
    if name not in ENVIRONMENTS:
        raise ConfigurationError(f"JALON_ENV={name} est inconnu ; au choix : {', '.join(ENVIRONMENTS)}.")
    return ENVIRONMENTS[name]()
