"""The date that a self-diagnostic is meant for."""

from forms.base import DayField, Form, VersionField


class SelfDiagnosticDateForm(Form):
    due_on = DayField("Terminer avant le", required=True)
    version = VersionField()
