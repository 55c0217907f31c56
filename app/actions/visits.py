"""Visits: a draft that its author completes, a final report, a corrected version that names it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.actions.deadlines import Settings
from app.actions.documents import Upload, discard_document, store_document
from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.actions.exchanges import refuse_future, take_note
from app.extensions import db
from app.models import (
    Case,
    Document,
    DocumentKind,
    Employer,
    Exchange,
    Visibility,
    Visit,
    VisitAgreedStep,
    VisitObservation,
)
from app.permissions import Act, Actor, Kind, may, may_write_entry
from workflows.calendar import add_months
from workflows.visit_report import ObservationKind, VisitMode, VisitStatus

MONTHS_BACK = 24
"""How far back a visit may be dated: beyond, the year is a slip of the finger."""


@dataclass(frozen=True)
class VisitNotes:
    """What the form of a visit holds."""

    visited_on: date
    mode: VisitMode = VisitMode.ON_SITE
    structure_id: int | None = None
    subject: str = ""
    people_met: Sequence[str] = ()
    units_seen: str = ""
    documents_seen: str = ""
    observations: Sequence[tuple[ObservationKind, str, str]] = ()
    """(kind, unit, wording)"""
    good_practices: str = ""
    agreed_steps: Sequence[tuple[str, str, date | None]] = ()
    """(wording, owner, due date)"""
    employer_remarks: str = ""
    next_visit_on: date | None = None
    visibility: Visibility = Visibility.EMPLOYER
    report: Upload | None = field(default=None, repr=False)
    """A report written elsewhere, attached in place of ours."""


def log_visit(
    employer: Employer,
    case: Case | None,
    notes: VisitNotes,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    settings: Settings,
    exchange: Exchange | None = None,
    submission: str | None = None,
) -> Visit:
    """Start the report of a visit, as a draft; on a case, it answers the deadlines that waited for a visit."""
    if not may(actor, Act.WRITE, Kind.VISIT, case or employer):
        raise Forbidden("Votre organisme ne rédige pas de compte rendu de visite chez cet employeur.")
    notes = _readable(notes, today)
    _refuse_too_old(notes.visited_on, today)
    visit = Visit(
        employer=employer,
        case=case,
        exchange_id=exchange.id if exchange else None,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
        status=VisitStatus.DRAFT,
        revision=1,
        submission=submission,
    )
    db.session.add(visit)
    _write(visit, notes, actor=actor, now=now)
    if case:
        take_note(case, ("visit",), notes.visited_on, actor=actor, today=today, settings=settings)
    return visit


def edit_visit(visit: Visit, notes: VisitNotes, *, version: int, actor: Actor, today: date, now: datetime) -> None:
    """Complete a draft of one's own organisation; raises Forbidden, Unacceptable or Stale with both versions."""
    if not may_write_entry(actor, visit):
        raise Forbidden(
            "Seul l’organisme qui a rédigé ce brouillon le complète ; un compte rendu finalisé ne change plus."
        )
    if visit.version != version:
        raise Stale(visit, differences(visit, notes))
    notes = _readable(notes, today)
    if notes.visited_on != visit.visited_on:
        _refuse_too_old(notes.visited_on, today)
    _write(visit, notes, actor=actor, now=now)


def delete_draft(visit: Visit, *, version: int, actor: Actor) -> None:
    """Delete a draft of one's own organisation, its lines and the report attached to it; raises Forbidden or Stale."""
    if not may_write_entry(actor, visit):
        raise Forbidden("Seul l’organisme qui a rédigé ce brouillon le supprime ; un compte rendu finalisé reste.")
    if visit.version != version:
        raise Stale(visit)
    attached = visit.report
    db.session.delete(visit)
    if attached:
        discard_document(attached)


def _refuse_too_old(day: date, today: date) -> None:
    if day < add_months(today, -MONTHS_BACK):
        raise Unacceptable("Cette visite daterait de plus de deux ans : vérifiez l’année.", field="visited_on")


def _readable(notes: VisitNotes, today: date) -> VisitNotes:
    """Return the notes with the report fit to be kept; raises Unacceptable."""
    refuse_future(notes.visited_on, today, field="visited_on")
    if notes.next_visit_on and notes.next_visit_on <= notes.visited_on:
        raise Unacceptable("Le prochain rendez-vous vient après la visite.", field="next_visit_on")
    if notes.report is None:
        return notes
    if notes.report.media_type != "application/pdf":
        raise Unacceptable("Le compte rendu joint doit être un PDF.", field="report")
    return replace(notes, report=notes.report.cleaned("report"))


def _write(visit: Visit, notes: VisitNotes, *, actor: Actor, now: datetime) -> None:
    for name in ("visited_on", "mode", "structure_id", "next_visit_on", "visibility"):
        setattr(visit, name, getattr(notes, name))
    for name in ("subject", "units_seen", "documents_seen", "good_practices", "employer_remarks"):
        setattr(visit, name, getattr(notes, name).strip())
    visit.people_met = [who.strip() for who in notes.people_met if who.strip()]
    _write_lines(visit, notes)
    if notes.report:
        replaced = visit.report
        visit.report = _attach(visit, notes.report, actor=actor, now=now)
        if replaced:
            discard_document(replaced)


def _write_lines(visit: Visit, notes: VisitNotes) -> None:
    """Replace the lines only when they differ: saving twice writes nothing twice."""
    observations = [
        (kind, unit.strip(), wording.strip()) for kind, unit, wording in notes.observations if wording.strip()
    ]
    if observations != [(o.kind, o.unit, o.wording) for o in visit.observations]:
        visit.observations = [
            VisitObservation(position=number, kind=kind, unit=unit, wording=wording)
            for number, (kind, unit, wording) in enumerate(observations)
        ]
    steps = [(wording.strip(), owner.strip(), due) for wording, owner, due in notes.agreed_steps if wording.strip()]
    if steps != [(s.wording, s.owner, s.due_on) for s in visit.agreed_steps]:
        visit.agreed_steps = [
            VisitAgreedStep(position=number, wording=wording, owner=owner, due_on=due)
            for number, (wording, owner, due) in enumerate(steps)
        ]


def _attach(visit: Visit, upload: Upload, *, actor: Actor, now: datetime) -> Document:
    # Until the visit is final, its report is read by nobody else.
    return store_document(
        visit.employer,
        visit.case,
        upload,
        kind=DocumentKind.VISIT_REPORT,
        title=f"Compte rendu de visite du {visit.visited_on:%d/%m/%Y}",
        visibility=Visibility.ORGANISATION,
        actor=actor,
        now=now,
    )


def differences(visit: Visit, notes: VisitNotes) -> list[Difference]:
    """Return every field as two writers of one draft filled it."""
    kept = visit.report.file_name if visit.report else ""
    places = {structure.id: structure.name for structure in visit.employer.structures}
    pairs = [
        ("Date", _day(notes.visited_on), _day(visit.visited_on)),
        ("Lieu", notes.mode.label, visit.mode.label),
        ("Établissement ou service", places.get(notes.structure_id or 0, ""), places.get(visit.structure_id or 0, "")),
        ("Objet", notes.subject, visit.subject),
        ("Personnes rencontrées", _list(notes.people_met), _list(visit.people_met)),
        ("Unités vues", notes.units_seen, visit.units_seen),
        ("Documents consultés", notes.documents_seen, visit.documents_seen),
        (
            "Observations",
            _lines((kind.label, wording, unit) for kind, unit, wording in notes.observations),
            _lines((o.kind.label, o.wording, o.unit) for o in visit.observations),
        ),
        ("Bonnes pratiques", notes.good_practices, visit.good_practices),
        (
            "Suites convenues",
            _lines(("Suite", wording, owner, _day(due)) for wording, owner, due in notes.agreed_steps),
            _lines(("Suite", s.wording, s.owner, _day(s.due_on)) for s in visit.agreed_steps),
        ),
        ("Remarques de l’employeur", notes.employer_remarks, visit.employer_remarks),
        ("Prochain rendez-vous", _day(notes.next_visit_on), _day(visit.next_visit_on)),
        ("Visible par", notes.visibility.label, visit.visibility.label),
        ("Compte rendu joint", notes.report.name if notes.report else kept, kept),
    ]
    return [Difference(label, ours, theirs) for label, ours, theirs in pairs]


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _list(words: Iterable[str]) -> str:
    return ", ".join(word.strip() for word in words if word.strip())


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    """One line for each row that says something: what it is, its words, then whatever else it holds."""
    return "\n".join(f"{title} : {_list((wording, *others))}" for title, wording, *others in rows if wording.strip())


def refuse_unfinished(visit: Visit, *, version: int, actor: Actor) -> None:
    """Raise what stands in the way of finalising: right, version, or what the report lacks."""
    if not may_write_entry(actor, visit):
        raise Forbidden("Seul l’organisme qui a rédigé ce brouillon le finalise.")
    if visit.version != version:
        raise Stale(visit)
    if visit.report is None and not visit.subject:
        raise Unacceptable("Indiquez l’objet de la visite avant de finaliser.", field="subject")
    if visit.report is None and not visit.observations:
        raise Unacceptable("Consignez au moins une observation avant de finaliser.", field="observations")


def own_report_name(visit: Visit) -> str:
    """Return the file name of the report that is rendered here; another name is that of a file attached."""
    return f"compte-rendu-{visit.visited_on:%Y-%m-%d}-v{visit.revision}.pdf"


def finalise_visit(visit: Visit, pdf: bytes | None, *, version: int, actor: Actor, now: datetime) -> Document:
    """Make the report final with the PDF rendered from it (None: the attached one); it never changes again."""
    refuse_unfinished(visit, version=version, actor=actor)
    if pdf is not None:
        visit.report = _attach(visit, Upload(own_report_name(visit), pdf), actor=actor, now=now)
    assert visit.report
    visit.report.visibility = visit.visibility
    visit.status, visit.finalised_at = VisitStatus.FINAL, now
    return visit.report


COPIED = (
    "employer_id",
    "case_id",
    "exchange_id",
    "structure_id",
    "mode",
    "visited_on",
    "subject",
    "people_met",
    "units_seen",
    "documents_seen",
    "good_practices",
    "employer_remarks",
    "next_visit_on",
    "visibility",
)
"""What the corrected version of a report takes over from it."""


def correct_visit(visit: Visit, reason: str, *, actor: Actor, now: datetime) -> Visit:
    """Start the corrected version of a final report, as a draft that names what it replaces and why."""
    if visit.organisation_id != actor.organisation_id or not visit.is_final:
        raise Forbidden("Seul l’organisme qui a rédigé un compte rendu finalisé en établit une version rectificative.")
    if visit.corrected_by:
        raise Unacceptable("Une version rectificative existe déjà : complétez-la.")
    if not reason.strip():
        raise Unacceptable("Indiquez ce que la version rectificative corrige.", field="reason")
    corrected = Visit(
        **{name: getattr(visit, name) for name in COPIED},
        status=VisitStatus.DRAFT,
        revision=visit.revision + 1,
        corrects=visit,
        correction_reason=reason.strip(),
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
    )
    db.session.add(corrected)
    corrected.observations = [
        VisitObservation(position=o.position, kind=o.kind, unit=o.unit, wording=o.wording) for o in visit.observations
    ]
    corrected.agreed_steps = [
        VisitAgreedStep(position=s.position, wording=s.wording, owner=s.owner, due_on=s.due_on)
        for s in visit.agreed_steps
    ]
    return corrected
