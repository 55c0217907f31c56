"""Secrets kept out of the logs: passwords, tokens, cookies, codes, whatever line they would come in."""

import logging
import re
import traceback
from typing import Any

HIDDEN = "…"
NAMES = (
    "password|passwd|mot_de_passe|secret|secret_key|client_secret|token|csrf_token|access_token|id_token|refresh_token"
    "|code|state|nonce|totp|recovery_code|cookie|set-cookie|authorization|x-csrftoken|session|__host-jalon"
)
PATTERNS = (
    # A link whose last part is what it proves: /mot-de-passe/<jeton>, /lien/<jeton>, /invitation/<jeton>.
    (re.compile(r"(/(?:mot-de-passe|lien|liens|invitation|invitations|acces)/)[^\s/?\"'#]{8,}"), rf"\1{HIDDEN}"),
    # name=value, name: value, 'name': 'value'; a header is hidden to the end of its line.
    (re.compile(r"(?i)\b((?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*)[^\r\n]+"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"(?i)(?<![\w-])({NAMES})(['\"]?\s*[:=]\s*['\"]?)[^\s&'\",;}})]+"), rf"\1\2{HIDDEN}"),
    # Bearer tokens, argon2 hashes, signed JWTs, and the password inside an address.
    (re.compile(r"(?i)\bbearer\s+\S+"), f"Bearer {HIDDEN}"),
    (re.compile(r"\$argon2\w*\$\S+"), HIDDEN),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"(\w[\w+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)"), rf"\1{HIDDEN}"),
)


def redact(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Return the text with what is secret replaced; `secrets` are values known by heart."""
    for value in secrets:
        text = text.replace(value, HIDDEN)
    for pattern, hidden in PATTERNS:
        text = pattern.sub(hidden, text)
    return text


class Redactor(logging.Filter):
    """Rewrites a record before any handler reads it, its traceback included."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = tuple(value for value in secrets if len(value) >= 8)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, cleaned."""
        record.msg, record.args = redact(record.getMessage(), self._secrets), ()
        if record.exc_info and record.exc_info[0]:
            lines = traceback.format_exception(*record.exc_info)
            record.exc_text = redact("".join(lines).rstrip(), self._secrets)
            record.exc_info = None  # no handler formats it anew
        return True


LOGGERS = (
    "",
    "gunicorn.access",
    "gunicorn.error",
    "jalon.scheduler",
    "werkzeug",
    "sqlalchemy",
    "apscheduler",
    "authlib",
)


def install(app_logger: logging.Logger, settings: Any) -> None:
    """Put the filter on the loggers of this process and on the handlers they end in."""
    redactor = Redactor(str(settings["SECRET_KEY"]))
    for logger in (app_logger, *map(logging.getLogger, LOGGERS)):
        for place in (logger, *logger.handlers):
            place.filters = [one for one in place.filters if not isinstance(one, Redactor)]
            place.addFilter(redactor)
