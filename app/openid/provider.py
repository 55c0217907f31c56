"""Conversation with the provider over HTTP: only the endpoints of the configured issuer, briefly, no redirection."""

import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.openid import tokens
from app.openid.failures import Declined, ProviderDown, Rejected, TooWeak

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it would rather have the next major httpx
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import OAuth2Client

SCOPE = "openid given_name usual_name email siret"
FRESH = timedelta(hours=1)
"""How long the provider's description and keys are kept."""
BETWEEN_REFETCHES = timedelta(minutes=1)
"""An unknown key makes us ask for the keys again, this often at most."""


@dataclass(frozen=True)
class Settings:
    """What the operator of the provider and ours agreed on. Empty `acr_values`: any level is accepted."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    acr_values: tuple[str, ...] = ()
    timeout_seconds: float = 5.0


class Provider:
    """One provider, its description and keys kept for a while."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._description: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None
        self._refetched_at: datetime | None = None

    def authorization_url(self, *, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Return where to send the browser; raises ProviderDown. PKCE is used when the provider knows it."""
        description = self._describe(now)
        knows_pkce = "S256" in (description.get("code_challenge_methods_supported") or ())
        extra = {"acr_values": " ".join(self.settings.acr_values)} if self.settings.acr_values else {}
        with self._client(description) as client:
            address, _ = client.create_authorization_url(
                self._endpoint(description, "authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_verifier=verifier if knows_pkce else None,
                **extra,
            )
        return str(address)

    def identify(self, code: str, *, nonce: str, verifier: str, now: datetime) -> tokens.Identity:
        """Turn the code brought back by the browser into a person; raises ProviderDown, Rejected or TooWeak."""
        description = self._describe(now)
        with self._client(description) as client:
            token = self._fetch_token(client, description, code, verifier)
            id_token = str(token.get("id_token") or "")
            claims = self._read(id_token, now)
            tokens.check_id_token(claims, nonce)
            if self.settings.acr_values and claims.get("acr") not in self.settings.acr_values:
                raise TooWeak("niveau d’identification insuffisant")
            answer = _answer(lambda: client.get(self._endpoint(description, "userinfo_endpoint")))
        person = self._read(answer.text.strip(), now)
        if person["sub"] != claims["sub"]:
            raise Rejected("les informations sont celles d’une autre personne")
        if person.get("email_verified") is False:
            raise Rejected("adresse non vérifiée")
        return tokens.Identity(
            issuer=self.settings.issuer,
            sub=str(claims["sub"]),
            email=_text(person, "email").lower(),
            siret=re.sub(r"\s", "", _text(person, "siret")),
            given_name=_text(person, "given_name"),
            family_name=_text(person, "usual_name"),
            acr=_text(claims, "acr"),
            id_token=id_token,
        )

    def end_session_url(self, *, id_token: str, state: str, back_to: str, now: datetime) -> str | None:
        """Return where the browser ends its session at the provider's, None when it has no such place."""
        description = self._describe(now)
        if not description.get("end_session_endpoint"):
            return None
        values = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": back_to}
        return f"{self._endpoint(description, 'end_session_endpoint')}?{urlencode(values)}"

    # --- What is kept ---------------------------------------------------------------------------------

    def _describe(self, now: datetime) -> dict[str, Any]:
        if self._description is None or now - self._description[0] > FRESH:
            issuer = self.settings.issuer
            found = self._get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if not isinstance(found, dict) or found.get("issuer") != issuer:
                raise ProviderDown("la description est celle d’un autre fournisseur")
            self._description = now, found
        return self._description[1]

    def _read(self, token: str, now: datetime) -> dict[str, Any]:
        key = self._key_of(tokens.key_id(token), now)
        return tokens.read_claims(token, key, issuer=self.settings.issuer, audience=self.settings.client_id, now=now)

    def _key_of(self, kid: str | None, now: datetime) -> RSAKey | ECKey:
        if self._keys is None or now - self._keys[0] > FRESH:
            self._fetch_keys(now)
        key = self._known_key(kid)
        if key is None and (self._refetched_at is None or now - self._refetched_at > BETWEEN_REFETCHES):
            self._refetched_at = now
            self._fetch_keys(now)
            key = self._known_key(kid)
        if key is None:
            raise Rejected("clé de signature inconnue")
        return key

    def _known_key(self, kid: str | None) -> RSAKey | ECKey | None:
        return tokens.find_key(self._keys[1], kid) if self._keys else None

    def _fetch_keys(self, now: datetime) -> None:
        address = self._endpoint(self._describe(now), "jwks_uri")
        self._keys = now, tokens.read_keys(self._get_json(address))

    # --- HTTP -----------------------------------------------------------------------------------------

    def _endpoint(self, description: dict[str, Any], name: str) -> str:
        """Return an endpoint; one that lies elsewhere than the issuer is never called."""
        address = description.get(name)
        if not isinstance(address, str) or _origin(address) != _origin(self.settings.issuer):
            raise ProviderDown(f"{name} : absent, ou ailleurs que chez le fournisseur")
        return address

    def _client(self, description: dict[str, Any]) -> OAuth2Client:
        methods = description.get("token_endpoint_auth_methods_supported") or ()
        return OAuth2Client(
            self.settings.client_id,
            self.settings.client_secret,
            token_endpoint_auth_method="client_secret_post" if "client_secret_post" in methods else None,
            scope=SCOPE,
            redirect_uri=self.settings.redirect_uri,
            code_challenge_method="S256",
            leeway=5,  # access tokens may live a minute: with the default of sixty seconds they would be born old
            timeout=self.settings.timeout_seconds,
            follow_redirects=False,
        )

    def _fetch_token(self, client: OAuth2Client, description: dict[str, Any], code: str, verifier: str) -> Any:
        address = self._endpoint(description, "token_endpoint")
        knows_pkce = "S256" in (description.get("code_challenge_methods_supported") or ())
        proof = {"code_verifier": verifier} if knows_pkce else {}
        try:
            return client.fetch_token(address, code=code, grant_type="authorization_code", **proof)
        except OAuthError as error:
            if error.error == "invalid_grant":
                raise Rejected("code refusé : trop ancien, ou déjà utilisé") from None
            raise ProviderDown("le fournisseur refuse ce service") from None
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown(type(error).__name__) from None

    def _get_json(self, address: str) -> Any:
        answer = _answer(lambda: httpx.get(address, timeout=self.settings.timeout_seconds, follow_redirects=False))
        try:
            return answer.json()
        except ValueError:
            raise ProviderDown("réponse illisible") from None


def declined(error: str) -> Declined:
    """Return the refusal that the provider put in the address of the way back, fit for a log."""
    return Declined(error if re.fullmatch(r"[a-z_]{1,40}", error) else "refus")


def _answer(ask: Any) -> httpx.Response:
    try:
        answer: httpx.Response = ask()
    except (httpx.HTTPError, httpx.InvalidURL, OAuthError) as error:
        raise ProviderDown(type(error).__name__) from None
    if answer.status_code != 200:
        raise ProviderDown(f"réponse {answer.status_code}")
    return answer


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[:255] if isinstance(value, str) else ""
