"""The security headers of every answer: pages, errors, downloads, static files, mails of the demonstration."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
YEAR = 31_536_000

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
            "fullscreen", "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment",
            "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
            "xr-spatial-tracking",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noindex, nofollow",
}  # fmt: skip
"""What never depends on the page. X-Frame-Options repeats `frame-ancestors` for browsers that do not read it."""

TRANSPORT = f"max-age={2 * YEAR}; includeSubDomains"
ATTACHMENT_POLICY = "sandbox; default-src 'none'"
"""For bytes that people sent: should a browser show them in spite of all, nothing in them runs or calls out."""
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For a mail of the demonstration, which holds its own style as every mail does, and nothing that runs."""


def init_app(app: Flask) -> None:
    """Refuse what another site sends, and complete every answer."""
    app.before_request(_refuse_other_sites)
    app.after_request(_complete)


def nonce() -> str:
    """Return the nonce of this answer, drawn at its first use: a request refused early has its page too."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    drawn: str = g.csp_nonce
    return drawn


def _refuse_other_sites() -> None:
    """Refuse what a page of another site posts here: the browser says so itself, beside the form's token.

    `Sec-Fetch-Site` stands in for the Referer that Flask-WTF looks for under https: without a referrer there
    is none, and Origin says « null ».
    """
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        abort(400)


def page_policy(drawn: str) -> str:
    """Return the policy of a page: our own files only, scripts named by the nonce, nothing inline."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{drawn}'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action {_form_targets()}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _form_targets() -> str:
    """Signing out is a form, and goes on to the identity provider: browsers hold redirections to this list too."""
    issuer = urlsplit(current_app.config["OIDC_ISSUER"])
    return f"'self' {issuer.scheme}://{issuer.netloc}" if issuer.netloc else "'self'"


def _complete(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", page_policy(nonce()))
    if current_app.config["PUBLIC_URL"].startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
    _say_how_long_to_keep(response)
    return response


def _say_how_long_to_keep(response: Response) -> None:
    """A built file named by its content is kept for ever, the others are asked for again; a page is never kept."""
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    elif "v" in request.args and response.status_code == 200:
        response.cache_control.max_age, response.cache_control.immutable = YEAR, True
