"""An absence: its days and who stands in. No reason is asked."""

from wtforms import SelectField

from forms.base import DayField, Form, SubmissionField, VersionField


class AbsenceForm(Form):
    starts_on = DayField("Premier jour", required=True)
    ends_on = DayField("Dernier jour", required=True)
    stand_in = SelectField(
        "Suppléance",
        coerce=int,
        description="Une personne de l’organisme qui a accès aux mêmes départements ; elle reçoit aussi les rappels.",
    )
    version = VersionField()
    submission = SubmissionField()
