"""One class per environment. Secrets come from the environment alone; what is missing stops the start."""

import os
import re
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

SEAL = {
    "SEAL_P12": "fichier PKCS#12 du cachet : sa clé et son certificat",
    "SEAL_PASSPHRASE": "phrase secrète de ce fichier",
    "SEAL_PASSPHRASE_FILE": "ou le fichier qui la contient",
}
"""What seals the documents of signed lists; only the scheduler and the commands need it."""

OPTIONAL = (*OPENID, "OIDC_ACR", "OIDC_ACR_SECOND_FACTOR", *SECURITY, *SEAL)


class ConfigurationError(Exception):
    """A setting is missing or unusable; the message says which one and what to give."""


class Config:
    """What all environments share."""

    NAME = ""
    DEMO = False
    TESTING = False
    MAKES_ITS_SEAL = False
    """Whether a certificate that nobody vouches for is made where there is none."""
    SECRET_KEY = ""
    PUBLIC_URL = "http://127.0.0.1:8000"
    PROXIES = 0
    """How many reverse proxies of ours stand in front: as many of the last addresses they write are believed."""
    SMTP_URL = ""
    MAIL_FROM = "Jalon <ne-pas-repondre@jalon.example>"
    MAX_CONTENT_LENGTH = 12 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    MAX_FORM_PARTS = 2_000
    SESSION_COOKIE_NAME = "jalon-page"
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SECURE = False
    SESSION_COOKIE_PATH = "/"
    WTF_CSRF_TIME_LIMIT = None
    WTF_CSRF_SSL_STRICT = False  # it wants a Referer, which our pages forbid: see app/views/headers.py
    SQLALCHEMY_ENGINE_OPTIONS: ClassVar[dict[str, object]] = {"hide_parameters": True}
    SECURITY_CONTACT = ""
    SECURITY_EXPIRES = ""
    SESSION_HOURS = 8
    """How long one stays signed in at the most."""
    LOCK_MINUTES = 30
    """How long an agent may leave a session aside before the password is asked again."""
    SECOND_FACTOR_MINUTES = 60
    """How long a second factor opens the acts that ask for one."""
    SECOND_FACTOR_FROM = ""
    """Before this day (2027-01-31), an account without a second factor may still do these acts; empty: none may."""
    THROTTLES: ClassVar[dict[str, tuple[int, int, int, int]]] = {
        "sign_in": (5, 30, 15 * 60, 3600),
        "sign_in_address": (200, 30, 5 * 60, 3600),
        "second_factor": (5, 30, 15 * 60, 3600),
        "forgotten_password": (3, 5 * 60, 3600, 24 * 3600),
        "forgotten_password_address": (50, 60, 15 * 60, 24 * 3600),
        "magic_link": (5, 60, 3600, 24 * 3600),
        "magic_link_address": (100, 60, 15 * 60, 24 * 3600),
        "exceptional_access": (5, 60, 15 * 60, 3600),
    }
    """What is slowed down: attempts that are free, seconds of the first wait, of the longest, before it is forgotten.

    An « address » here is a network address: a whole administration may share one, hence larger counts.
    """
    EXCEPTIONAL_HOURS = 4
    """How long an exceptional access to one case lasts (JALON_EXCEPTIONAL_HOURS, 1 to 9)."""
    ARGON2: ClassVar[dict[str, int]] = {}
    CLAIM_MINUTES = 10
    MAIL_FOLDER: str | None = None
    SEALS = ""
    """Where the daily seals of the journal are kept outside the database (JALON_SEALS)."""
    SEAL_P12 = ""
    SEAL_PASSPHRASE = ""
    SEAL_PASSPHRASE_FILE = ""
    OIDC_ISSUER = ""
    OIDC_CLIENT_ID = ""
    OIDC_CLIENT_SECRET = ""
    OIDC_ACR = "eidas1 eidas2 eidas3"
    OIDC_ACR_SECOND_FACTOR = (
        "eidas2 eidas3 https://proconnect.gouv.fr/assurance/self-asserted-2fa "
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"
    )
    OIDC_TIMEOUT = 5.0

    def __init__(self) -> None:
        self.SEALS = os.environ.get("JALON_SEALS", str(INSTANCE / f"{self.NAME}-sceaux.txt"))
        for name in REQUIRED:
            value = os.environ.get(f"JALON_{name}")
            if value:
                setattr(self, "SQLALCHEMY_DATABASE_URI" if name == "DATABASE_URL" else name, value)
        for name in OPTIONAL:
            setattr(self, name, os.environ.get(f"JALON_{name}", getattr(self, name)))
        self.PROXIES = _count("PROXIES", self.PROXIES)
        self.EXCEPTIONAL_HOURS = max(1, _count("EXCEPTIONAL_HOURS", self.EXCEPTIONAL_HOURS))
        self.SECURITY_EXPIRES = _day("SECURITY_EXPIRES") or self.SECURITY_EXPIRES
        self.SECOND_FACTOR_FROM = _day("SECOND_FACTOR_FROM") or self.SECOND_FACTOR_FROM
        _check_openid(self)
        _check_seal(self)


def _day(name: str) -> str:
    """Return the day that JALON_<name> gives, or nothing; raises ConfigurationError for what is no day."""
    value = os.environ.get(f"JALON_{name}", "")
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise ConfigurationError(f"JALON_{name}={value} : écrivez un jour comme 2027-01-31.") from error


def _count(name: str, default: int) -> int:
    """Return the small number that JALON_<name> gives, or the default; raises ConfigurationError for anything else."""
    value = os.environ.get(f"JALON_{name}") or str(default)
    if not re.fullmatch(r"[0-9]", value):
        raise ConfigurationError(f"JALON_{name}={value} : écrivez un nombre de 0 à 9.")
    return int(value)


def _check_seal(config: Config) -> None:
    """Read the passphrase from its file; what is given must be there, the rest is said when a document is sealed."""
    if config.SEAL_PASSPHRASE_FILE:
        try:
            config.SEAL_PASSPHRASE = Path(config.SEAL_PASSPHRASE_FILE).read_text().strip()
        except OSError as error:
            raise ConfigurationError(f"JALON_SEAL_PASSPHRASE_FILE est illisible : {error.strerror}.") from error
    if os.environ.get("JALON_SEAL_P12"):
        if not Path(config.SEAL_P12).is_file():
            raise ConfigurationError(f"JALON_SEAL_P12={config.SEAL_P12} : ce fichier n’existe pas.")
        if not config.SEAL_PASSPHRASE:
            raise ConfigurationError(
                "JALON_SEAL_P12 demande une phrase secrète : JALON_SEAL_PASSPHRASE ou JALON_SEAL_PASSPHRASE_FILE."
            )


def _check_openid(config: Config) -> None:
    given = [name for name in OPENID if getattr(config, name)]
    if given and len(given) < len(OPENID):
        missing = [f"  JALON_{name} : {meaning}" for name, meaning in OPENID.items() if name not in given]
        raise ConfigurationError("ProConnect est réglé à moitié, il manque :\n" + "\n".join(missing))
    address = urlsplit(config.OIDC_ISSUER)
    if given and address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1"):
        raise ConfigurationError("JALON_OIDC_ISSUER doit commencer par https:// (http:// pour un essai local).")


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
    MAKES_ITS_SEAL = True

    def __init__(self) -> None:
        self.SQLALCHEMY_DATABASE_URI = _embedded_database(self.NAME)
        self.SECRET_KEY = _kept_secret(self.NAME)
        self.SEAL_P12, self.SEAL_PASSPHRASE = str(INSTANCE / f"{self.NAME}-cachet.p12"), self.SECRET_KEY
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
        if address.scheme == "https":
            # The prefix makes browsers refuse the cookie from any other host, and over http.
            self.SESSION_COOKIE_SECURE, self.SESSION_COOKIE_NAME = True, f"__Host-{self.SESSION_COOKIE_NAME}"


ENVIRONMENTS: dict[str, type[Config]] = {kind.NAME: kind for kind in (Development, Demo, Testing, Production)}


def config_from_environment() -> Config:
    """Return the configuration that JALON_ENV names (development by default), or raise ConfigurationError."""
    name = os.environ.get("JALON_ENV", "development")
    if name not in ENVIRONMENTS:
        raise ConfigurationError(f"JALON_ENV={name} est inconnu ; au choix : {', '.join(ENVIRONMENTS)}.")
    return ENVIRONMENTS[name]()
