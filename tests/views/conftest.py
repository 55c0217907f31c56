"""What the pages meet: a ProConnect provider that runs, and work done in pieces that a slow machine does not cut."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.extensions import db
from app.views import batches
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, running_provider
from tests.views.proconnect import OTHER_SIRET, SIRET
from tests.world import World


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of a long work ends with the work, not with the clock, unless a test says otherwise."""
    monkeypatch.setattr(batches, "SECONDS", 60)


@pytest.fixture
def provider(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """The provider where the préventeur is signed in; the Carsat and the ARS have their SIRET."""
    world.organisation("Carsat Poitou").siret = SIRET
    world.organisation("ARS Poitou").siret = OTHER_SIRET
    db.session.commit()
    with running_provider() as running:
        running.person |= {"email": "Preventeur@test.example", "siret": SIRET}
        settings = {"ISSUER": running.issuer, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "TIMEOUT": 3.0}
        for name, value in settings.items():
            monkeypatch.setitem(app.config, f"OIDC_{name}", value)
        yield running
    app.extensions.pop("openid", None)
