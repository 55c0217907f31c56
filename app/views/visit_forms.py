"""Between the form of a visit, the notes that actions take, and the record."""

from typing import Any

from app.actions.documents import Upload
from app.actions.visits import VisitNotes, own_report_name
from app.filters import day
from app.models import Case, Employer, Visibility, Visit
from app.permissions import Kind
from app.views.audiences import audience_choices
from forms.visits import FUNCTIONS, VisitForm
from workflows.visit_report import ObservationKind, VisitMode


def visit_form(employer: Employer, case: Case | None, start: dict[str, Any], **values: Any) -> VisitForm:
    """Return the form of a visit at an employer's, with its choices; `formdata=None`: as kept, not as sent."""
    form = VisitForm(data=start, **values)
    places = [(s.id, f"{s.name}, {s.city}") for s in employer.structures]
    form.offer(
        VisitMode.choices(),
        ObservationKind.choices(),
        [(0, "L’employeur dans son ensemble"), *places],
        audience_choices(Kind.VISIT, case or employer),
    )
    return form


def notes_of(form: VisitForm) -> VisitNotes:
    """Return what was typed, as the actions take it."""
    file = form.report.data
    assert form.visited_on.data  # required, and checked by then
    return VisitNotes(
        visited_on=form.visited_on.data,
        mode=VisitMode(form.mode.data),
        structure_id=form.structure_id.data or None,
        subject=form.subject.data,
        people_met=form.everyone_met(),
        units_seen=form.units_seen.data,
        documents_seen=form.documents_seen.data,
        observations=[
            (ObservationKind(row.form.kind.data), row.form.unit.data, row.form.wording.data or "")
            for row in form.observations.entries
        ],
        good_practices=form.good_practices.data or "",
        agreed_steps=[
            (row.form.wording.data or "", row.form.owner.data, row.form.due_on.data)
            for row in form.agreed_steps.entries
        ],
        employer_remarks=form.employer_remarks.data or "",
        next_visit_on=form.next_visit_on.data,
        visibility=Visibility(form.visibility.data),
        report=Upload(file.filename, file.read()) if file and file.filename else None,
    )


def as_typed(visit: Visit) -> dict[str, Any]:
    """Return a draft as its form shows it."""
    names = (
        "visited_on", "subject", "units_seen", "documents_seen", "good_practices", "employer_remarks",
        "next_visit_on", "version",
    )  # fmt: skip
    return {
        **{name: getattr(visit, name) for name in names},
        "mode": visit.mode.value,
        "structure_id": visit.structure_id or 0,
        "visibility": visit.visibility.value,
        "people_met": [who for who in visit.people_met if who in FUNCTIONS],
        "other_people": ", ".join(who for who in visit.people_met if who not in FUNCTIONS),
        "observations": [{"kind": o.kind.value, "unit": o.unit, "wording": o.wording} for o in visit.observations],
        "agreed_steps": [{"wording": s.wording, "owner": s.owner, "due_on": s.due_on} for s in visit.agreed_steps],
    }


def attached_report(visit: Visit) -> str:
    """Return the name of the report written elsewhere that stands for ours, or nothing."""
    name = visit.report.file_name if visit.report else ""
    return "" if name == own_report_name(visit) else name


def summary_of(visit: Visit) -> list[dict[str, str]]:
    """Return the facts of a visit as rows, empty ones left out."""
    rows = [
        ("Lieu", visit.mode.label),
        ("Objet", visit.subject),
        ("Personnes rencontrées", ", ".join(visit.people_met)),
        ("Unités vues", visit.units_seen),
        ("Documents consultés", visit.documents_seen),
        ("Bonnes pratiques", visit.good_practices),
        ("Remarques de l’employeur", visit.employer_remarks),
        ("Prochain rendez-vous", day(visit.next_visit_on)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]
