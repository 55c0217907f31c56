"""Signed tokens: which keys and algorithms count, and what a token must say."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from app.openid.failures import ProviderDown, Rejected

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Asymmetric ones only: « none », and HS256 signed with a public key, are the two old forgeries."""

LEEWAY_SECONDS = 30
LONGEST = 20_000
"""Characters of the longest token read; those of ProConnect have two thousand."""


@dataclass(frozen=True)
class Identity:
    """Who the provider says is there. `siret` is that of the organisation, empty when it does not know."""

    issuer: str
    sub: str
    email: str
    siret: str
    given_name: str
    family_name: str
    acr: str
    id_token: str = field(repr=False)


def read_keys(document: Any) -> KeySet:
    """Return the signature keys of a JWKS document; raises ProviderDown when there is none to read."""
    keys: list[OctKey | RSAKey | ECKey | OKPKey] = []
    listed = document.get("keys") if isinstance(document, dict) else None
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("use", "sig") == "sig" and one.get("kty") in ("RSA", "EC"):
            try:
                keys.append(RSAKey.import_key(one) if one["kty"] == "RSA" else ECKey.import_key(one))
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # a key of a kind we cannot use says nothing against its neighbours
    if not keys:
        raise ProviderDown("aucune clé de signature")
    return KeySet(keys)


def key_id(token: str) -> str | None:
    """Return the `kid` of a token whose header is acceptable, before anything is looked up for it."""
    try:
        header = jws.extract_compact(token[:LONGEST].encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise Rejected("jeton illisible") from error
    if header.get("alg") not in ALGORITHMS:
        raise Rejected("algorithme refusé")
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def find_key(keys: KeySet, kid: str | None) -> RSAKey | ECKey | None:
    """Return the key of that name; without a name, the only key there is."""
    found = [key for key in keys.keys if key.kid == kid] if kid else keys.keys if len(keys.keys) == 1 else []
    return found[0] if found else None  # type: ignore[return-value]


def read_claims(token: str, key: RSAKey | ECKey, *, issuer: str, audience: str, now: datetime) -> dict[str, Any]:
    """Return what a token says, its signature, issuer, audience and times checked; raises Rejected."""
    required: ClaimsOption = {"essential": True}
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub=required,
    )
    try:
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise Rejected(f"jeton refusé ({type(error).__name__})") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if several and claims.get("azp") != audience:
        raise Rejected("jeton destiné à plusieurs services")
    return claims


def check_id_token(claims: dict[str, Any], nonce: str) -> None:
    """Check what an ID token says besides: it expires, and answers this very request."""
    if claims.get("exp") is None or claims.get("iat") is None:
        raise Rejected("jeton sans échéance")
    if claims.get("nonce") != nonce:
        raise Rejected("nonce d’une autre demande")
