"""`flask organisation create`: the first organisations, with the SIRET that ProConnect gives for their people."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Organisation


@pytest.mark.parametrize(
    ("siret", "kept"), [("", None), ("130 007 669 00018", "13000766900018"), ("12345678901234", "refused")]
)
def test_an_organisation_is_created_with_its_siret(app: Flask, siret: str, kept: str | None) -> None:
    words = ["organisation", "create", "ARS Exemple", "--kind", "ars", "--departements", "79", "--siret", siret]
    db.session.commit()
    result = app.test_cli_runner().invoke(args=words)
    found = db.session.scalars(select(Organisation.siret).where(Organisation.name == "ARS Exemple")).all()
    if kept == "refused":
        assert result.exit_code == 1 and "n’est pas un SIRET valide" in result.output and found == []
    else:
        assert result.exit_code == 0, result.output
        assert found == [kept]
