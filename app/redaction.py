"""Secrets kept out of the logs, whatever line they would come in, and one line for each record."""

import logging
import re
import time
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


CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


def redact(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Return the text with what is secret replaced; `secrets` are values known by heart."""
    for value in secrets:
        text = text.replace(value, HIDDEN)
    for pattern, hidden in PATTERNS:
        text = pattern.sub(hidden, text)
    return text


def on_one_line(text: str) -> str:
    """Return the text with its control characters written out: what somebody typed never begins a line of its own."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Redactor(logging.Filter):
    """Rewrites a record before any handler reads it, its traceback included."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = tuple(value for value in secrets if len(value) >= 8)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, cleaned."""
        record.msg, record.args = on_one_line(redact(record.getMessage(), self._secrets)), ()
        if record.exc_info and record.exc_info[0]:
            lines = redact("".join(traceback.format_exception(*record.exc_info)).rstrip(), self._secrets).splitlines()
            record.exc_text = "\n".join(f"  {on_one_line(line)}" for line in lines)
            record.exc_info = None  # no handler formats it anew
        return True


LOGGERS = (
    "",
    "gunicorn.access",
    "gunicorn.error",
    "jalon.access",
    "jalon.scheduler",
    "werkzeug",
    "sqlalchemy",
    "apscheduler",
    "authlib",
)


def install(app_logger: logging.Logger, settings: Any) -> None:
    """Put the filter on the loggers of this process and on the handlers they end in; lines tell universal time."""
    logging.Formatter.converter = time.gmtime
    redactor = Redactor(str(settings["SECRET_KEY"]), str(settings.get("SEAL_PASSPHRASE", "")))
    for logger in (app_logger, *map(logging.getLogger, LOGGERS)):
        for place in (logger, *logger.handlers):
            place.filters = [one for one in place.filters if not isinstance(one, Redactor)]
            place.addFilter(redactor)
