"""A provider that speaks OpenID Connect over HTTP as ProConnect does: discovery, codes, PKCE, signed answers.

What a test wants wrong is set on it: `id_token`, `userinfo`, `delay_seconds`, `broken`, `forge`.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "jalon", "un-secret-de-client-pour-les-tests"


FIRST_KEY = RSAKey.generate_key(2048, parameters={"kid": "k1"})


class FakeProvider:
    """One person is signed in there; `authorise` is what the browser does on its pages."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = FIRST_KEY
        self.published = [self.key]
        self.person: dict[str, Any] = {"sub": "sub-1", "given_name": "Sacha", "usual_name": "Testeur"}
        self.id_token: dict[str, Any] = {"acr": "eidas1"}
        self.userinfo: dict[str, Any] = {}
        self.description: dict[str, Any] = {}
        self.delay_seconds = 0.0
        self.broken: set[str] = set()
        self.forge: Callable[[dict[str, Any]], str] = self.sign
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.secrets_given: list[str] = []

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def rotate(self, name: str) -> None:
        """Sign with a new key from now on, the former one withdrawn."""
        self.key = RSAKey.generate_key(2048, parameters={"kid": name})
        self.published = [self.key]

    def authorise(self, address: str, **changes: str) -> str:
        """Return where the browser is sent back, as (path?query), after the person has agreed."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (parts.path, asked["client_id"]) == ("/authorize", CLIENT_ID)
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**asked, **changes}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': code, 'state': asked['state']})}"

    def describe(self) -> dict[str, Any]:
        places = (
            ("authorization", "/authorize"),
            ("token", "/token"),
            ("userinfo", "/userinfo"),
            ("end_session", "/end"),
        )
        return {
            "issuer": self.issuer,
            **{f"{name}_endpoint": self.issuer + path for name, path in places},
            "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.description,
        }

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)  # a code serves once
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if "code_challenge" in asked and _challenge(form.get("code_verifier", "")) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": self.person["sub"], "iat": now, "exp": now + 60}
        id_token = self.forge({**claims, "nonce": asked["nonce"], **self.id_token})
        self.secrets_given += [id_token, "jeton-d-acces"]
        return 200, {
            "access_token": "jeton-d-acces", "token_type": "Bearer", "expires_in": 60, "id_token": id_token
        }  # fmt: skip

    def tell(self) -> str:
        claims = {"iss": self.issuer, "aud": CLIENT_ID, **self.person, **self.userinfo}
        self.secrets_given.append(self.sign(claims))
        return self.secrets_given[-1]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """Run a provider on a free port of this machine."""
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self._send_back():
                self._answer(self._read)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            known = self.headers.get("Authorization") or ""
            if known.startswith("Basic "):
                pair = base64.b64decode(known.removeprefix("Basic ")).decode().partition(":")
                form |= {"client_id": pair[0], "client_secret": pair[2]}
            self._answer(lambda: (*provider.exchange(form), "application/json"))

        def _read(self) -> tuple[int, Any, str]:
            pages = {"/.well-known/openid-configuration": provider.describe}
            if self.path in pages:
                return 200, pages[self.path](), "application/json"
            if self.path == "/jwks":
                return 200, {"keys": [key.as_dict(private=False) for key in provider.published]}, "application/json"
            if self.path == "/userinfo" and self.headers["Authorization"] == "Bearer jeton-d-acces":
                return 200, provider.tell(), "application/jwt"
            return 404, {}, "application/json"

        def _send_back(self) -> bool:
            """What a browser meets: nobody is asked anything, one is sent back at once."""
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(asked.get("redirect_uri", "")))
            places = {"/authorize": lambda: origin + provider.authorise(self.path)}
            places["/end"] = lambda: asked["post_logout_redirect_uri"]
            if parts.path not in places:
                return False
            provider.asked.append(parts.path)
            self.send_response(302)
            self.send_header("Location", places[parts.path]())
            self.send_header("Content-Length", "0")
            self.end_headers()
            return True

        def _answer(self, make: Callable[[], tuple[int, Any, str]]) -> None:
            provider.asked.append(self.path)
            time.sleep(provider.delay_seconds)
            status, body, kind = make() if self.path not in provider.broken else (502, "panne", "text/html")
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
