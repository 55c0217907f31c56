"""From a visit as it is stored to the values its PDF prints, and the PDF itself."""

from datetime import datetime

from app.clock import PARIS
from app.models import Visit
from app.permissions import Kind
from app.queries.audiences import get_audience
from reports import visit_report


def report_of(visit: Visit, *, finalised_at: datetime) -> visit_report.VisitReport:
    """Return the plain values of a visit's report, dated `finalised_at`."""
    case, author = visit.case, visit.author
    structures = [visit.structure] if visit.structure else visit.employer.structures
    organisation = visit.organisation.name if visit.organisation else ""
    return visit_report.VisitReport(
        case_reference=case.reference if case else None,
        employer_name=visit.employer.name,
        employer_siren=visit.employer.siren or "",
        structures=tuple((structure.name, structure.finess, structure.city) for structure in structures),
        author_name=author.full_name,
        author_function=next(
            (c.job_title for c in author.capacities if c.organisation_id == visit.organisation_id), ""
        ),
        author_organisation=organisation,
        visited_on=visit.visited_on,
        mode_label=visit.mode.label,
        place=visit.structure.city if visit.structure else visit.employer.city,
        subject=visit.subject,
        units_seen=_pieces(visit.units_seen),
        people_met=tuple(visit.people_met),
        documents_consulted=_pieces(visit.documents_seen),
        observations=tuple(
            visit_report.Observation(o.kind.value, o.kind.label, o.wording, o.unit) for o in visit.observations
        ),
        good_practices=tuple(line for line in visit.good_practices.splitlines() if line.strip()),
        agreed_steps=tuple(visit_report.AgreedStep(s.wording, s.owner, s.due_on) for s in visit.agreed_steps),
        employer_remarks=visit.employer_remarks,
        next_visit_on=visit.next_visit_on,
        version=visit.revision,
        corrects=_correction(visit),
        finalised_at=finalised_at,
        recipients=(recipients_of(visit, finalised_at),),
        sources_note="Constats de la visite et documents consultés sur place.",
    )


def recipients_of(visit: Visit, day: datetime) -> str:
    """Return, in words, who reads the report once it is final, given the conventions in force that day."""
    audience = get_audience(visit.case or visit.employer, day.astimezone(PARIS).date())
    name = visit.organisation.name if visit.organisation else ""
    return audience.in_words(Kind.VISIT, visit.visibility, visit.organisation_id, name)


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip())


def _correction(visit: Visit) -> str | None:
    if visit.corrects is None or visit.corrects.finalised_at is None:
        return None
    day = visit.corrects.finalised_at.astimezone(PARIS)
    replaced = f"la version {visit.corrects.revision} du {day:%d/%m/%Y}"
    return f"Version rectificative, qui remplace {replaced}. {visit.correction_reason}"
