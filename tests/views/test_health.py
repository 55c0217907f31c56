"""The page for probes: up, with its versions, for whoever asks."""

from flask.testing import FlaskClient


def test_it_tells_the_version_of_the_application_and_of_the_schema(client: FlaskClient, statements: list[str]) -> None:
    answer = client.get("/sante")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    told = answer.get_json()
    assert told["application"] == "jalon"
    assert told["version"]
    assert told["schema"]
    assert len(statements) == 1


def test_it_leaves_no_session_behind(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/sante").headers
