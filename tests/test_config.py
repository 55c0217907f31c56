"""Each environment starts with what it needs, and production says what is missing."""

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, Type

import config
from app import create_app
from config import OPENID, REQUIRED, SEAL, ConfigurationError, Development, Production, config_from_environment

COMPLETE = {
    "SECRET_KEY": "k" * 32,
    "DATABASE_URL": "postgresql+psycopg://jalon@db/jalon",
    "PUBLIC_URL": "https://jalon.example.fr",
    "SMTP_URL": "smtp+starttls://mail.example.fr:587",
    "MAIL_FROM": "Jalon <jalon@example.fr>",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*REQUIRED, *OPENID, *SEAL):
        monkeypatch.delenv(f"JALON_{name}", raising=False)
    monkeypatch.delenv("JALON_ENV", raising=False)
    monkeypatch.setattr(config, "INSTANCE", tmp_path)


def set_up(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"JALON_{name}", value)


@pytest.mark.parametrize("absent", REQUIRED)
def test_production_names_the_setting_that_is_missing(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    set_up(monkeypatch, ENV="production", **{name: value for name, value in COMPLETE.items() if name != absent})
    with pytest.raises(ConfigurationError) as error:
        config_from_environment()
    assert f"JALON_{absent}" in str(error.value)
    assert sum(f"JALON_{name} " in str(error.value) for name in REQUIRED) == 1


def test_production_is_served_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="production", **{**COMPLETE, "PUBLIC_URL": "http://jalon.example.fr"})
    with pytest.raises(ConfigurationError, match="https://"):
        config_from_environment()


def test_passwords_are_hashed_slowly_where_people_are_real() -> None:
    """What RFC 9106 asks where memory is counted: Argon2id, three passes, 64 MiB, salts of 16 bytes."""
    for kind in (Production, Development):
        settings: dict[str, Any] = {**kind.ARGON2}
        hasher = PasswordHasher(**settings)
        assert hasher.type is Type.ID and hasher.salt_len >= 16 and hasher.hash_len >= 32
        assert hasher.time_cost >= 3 and hasher.memory_cost >= 64 * 1024


def test_production_refuses_a_short_key(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="production", **{**COMPLETE, "SECRET_KEY": "court"})
    with pytest.raises(ConfigurationError, match="trop courte"):
        config_from_environment()


def test_production_has_no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="production", **COMPLETE)
    app = create_app(config_from_environment())
    assert not app.config["DEMO"]
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    assert "/demo/courriels" not in addresses
    client = app.test_client()
    assert client.post("/demo/connexion", data={"email": "preventeur@carsat.demo.example"}).status_code in (400, 404)
    assert "demo.example" not in client.get("/connexion").text


def test_cookies_are_secure_under_https(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, **COMPLETE)
    assert Production().SESSION_COOKIE_SECURE
    set_up(monkeypatch, PUBLIC_URL="http://127.0.0.1:8000")
    assert not Production().SESSION_COOKIE_SECURE


def test_an_unknown_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="recette")
    with pytest.raises(ConfigurationError, match="production"):
        config_from_environment()


def test_the_embedded_key_is_kept_and_closed_to_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_up(monkeypatch, ENV="demo")
    first, second = config_from_environment(), config_from_environment()
    assert first.SECRET_KEY == second.SECRET_KEY
    assert (tmp_path / "demo.key").stat().st_mode & 0o077 == 0


PROCONNECT = {"OIDC_ISSUER": "https://fournisseur.example", "OIDC_CLIENT_ID": "jalon", "OIDC_CLIENT_SECRET": "secret"}


def test_proconnect_is_set_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="production", **COMPLETE)
    assert config_from_environment().OIDC_ISSUER == ""
    set_up(monkeypatch, **PROCONNECT, OIDC_ACR="eidas2")
    found = config_from_environment()
    assert (found.OIDC_ISSUER, found.OIDC_ACR) == ("https://fournisseur.example", "eidas2")
    for absent in PROCONNECT:
        set_up(monkeypatch, **{**PROCONNECT, absent: ""})
        with pytest.raises(ConfigurationError, match=f"JALON_{absent} :"):
            config_from_environment()


def test_proconnect_is_spoken_to_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, ENV="production", **COMPLETE, **{**PROCONNECT, "OIDC_ISSUER": "http://fournisseur.example"})
    with pytest.raises(ConfigurationError, match="https"):
        config_from_environment()


def test_a_seal_is_given_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_up(monkeypatch, ENV="production", **COMPLETE)
    assert config_from_environment().SEAL_P12 == ""
    set_up(monkeypatch, SEAL_P12=str(tmp_path / "cachet.p12"))
    with pytest.raises(ConfigurationError, match="n’existe pas"):
        config_from_environment()
    (tmp_path / "cachet.p12").write_bytes(b"p12")
    with pytest.raises(ConfigurationError, match="JALON_SEAL_PASSPHRASE"):
        config_from_environment()
    set_up(monkeypatch, SEAL_PASSPHRASE_FILE=str(tmp_path / "phrase"))
    with pytest.raises(ConfigurationError, match="JALON_SEAL_PASSPHRASE_FILE"):
        config_from_environment()
    (tmp_path / "phrase").write_text("une phrase\n")
    assert config_from_environment().SEAL_PASSPHRASE == "une phrase"
