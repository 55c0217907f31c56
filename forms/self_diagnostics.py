"""Answering one theme of a self-diagnostic, lending the pen, ending and sharing a round."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import Length, Optional

from forms.base import Filled, Form, LineField, SubmissionField, VersionField

COMMENT = "2 000 caractères au plus."


class StartForm(Form):
    place = SelectField("Sur quoi portent vos réponses ?", [Filled("Choisissez sur quoi portent vos réponses.")])
    submission = SubmissionField()


class PenForm(Form):
    organisation = SelectField(
        "Organisme",
        [Filled("Choisissez un organisme.")],
        description="Ses agents liront et saisiront vos réponses, et elles seules, tant que vous le voudrez.",
    )


class ShareForm(Form):
    recipients = SelectMultipleField("Avec qui partager")
    depth = RadioField("Ce que ces organismes liront", [Optional()])
    topics = SelectMultipleField(
        "Ouvrir aussi",
        description="Sans cette coche, ces énoncés ne sont ni montrés, ni comptés dans ce que vous partagez.",
    )
    with_comments = BooleanField("Joindre vos commentaires et ce qui montre chaque pratique")


class ThemeForm(Form):
    """One group of fields a statement: `reply_T1a`, `evidence_T1a`, `comment_T1a`, and the answer it starts from."""

    def of(self, kind: str, code: str) -> Field:
        """Return a field of a statement: reply, evidence, comment or seen."""
        return cast(Field, self[f"{kind}_{code}"])

    def number(self, code: str) -> int:
        """Return the number of the answer that the page was showing, 0 for none."""
        return max(0, cast(VersionField, self.of("seen", code)).number)


def theme_form(statements: Iterable[Any], replies: list[tuple[str, str]], start: Mapping[str, Any]) -> ThemeForm:
    """Return the form of a theme, of statements with `.code`, `.text` and `.help`; `start`: values by field name."""
    fields: dict[str, Any] = {}
    for one in statements:
        fields[f"reply_{one.code}"] = RadioField(one.text, [Optional()], choices=replies, description=one.help)
        fields[f"evidence_{one.code}"] = LineField("Ce qui le montre : un document, une date")
        long_enough = Length(max=2_000, message=COMMENT)
        fields[f"comment_{one.code}"] = TextAreaField("Commentaire", [Optional(), long_enough])
        fields[f"seen_{one.code}"] = VersionField()
    found: ThemeForm = type("OneThemeForm", (ThemeForm,), fields)(data=start)
    return found
