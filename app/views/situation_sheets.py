"""From the figures of a structure, as an actor reads them, to the values that its situation sheet prints."""

from datetime import date, datetime

from app.filters import day, finess, number, plural, short_day, siren
from app.models import Case, Employer, Exchange, Structure, Visibility
from app.permissions import Actor, reads_memberships, reads_whole_case
from app.queries.case_list import list_cases_of_employer
from app.queries.cases import get_case
from app.queries.employers import list_federations
from app.queries.threads import list_exchanges
from app.readers.branches import branch_label, branches
from app.readers.indicators import indicators
from app.readers.nomenclatures import legal_statuses
from app.views.case_page import state_label
from app.views.indicator_charts import charts_of
from app.views.indicator_lines import Line, Sheet, in_words, lines, load, measured, middle_half
from app.views.indicator_pages import claims_of, closed_words
from app.views.listing import short_category
from figures.absence import NoFigure
from reports.charts.chart import Chart
from reports.situation_sheet import AccidentsBlock, FieldNote, IndicatorLine, SituationSheet

YEARS = 3
MOST_CHARTS = 4
MOST_NOTES = 3
LONGEST_NOTE = 320
SMALL = 50
"""Employees under which an employer on a single site is said to be isolated: it needs another kind of help."""


def values_of(actor: Actor, structure: Structure, *, today: date, now: datetime) -> SituationSheet:
    """Return the values of the sheet of a structure that the actor sees, with what that actor may read and no more."""
    employer = structure.employer
    sheet = load(actor, structure, employer, today)
    case = _case(actor, structure)
    years = _years(sheet)
    found = lines(sheet)
    groups = {line.group for line in found if line.group}
    return SituationSheet(
        structure_name=structure.name,
        employer_name=employer.name,
        case_reference=case.reference if case and not actor.is_employer else "",
        identity=_identity(actor, structure, employer),
        regulatory=_regulatory(employer, case),
        tags=_tags(employer),
        years=years,
        lines=tuple(_line(sheet, line, years, says_group=len(groups) > 1) for line in found),
        group=f"Pairs : {groups.pop()}." if len(groups) == 1 else "",
        closed=tuple(closed_words(sheet)),
        accidents=_accidents(sheet),
        charts=_charts(sheet),
        notes=_notes(actor, employer),
        progress=_progress(actor, case),
        sources=tuple(sorted({line.provenance for line in found if line.provenance})),
        recipient=actor.organisation_name or employer.name,
        author=actor.name,
        made_at=now,
    )


def _charts(sheet: Sheet) -> tuple[Chart, ...]:
    """Two lines over the years, then motives and accidents, which are drawn last."""
    drawn = charts_of(sheet)
    return tuple(drawn if len(drawn) <= MOST_CHARTS else [*drawn[:2], *drawn[-2:]])


def _case(actor: Actor, structure: Structure) -> Case | None:
    """The first case of the structure in the actor's sight."""
    rows = list_cases_of_employer(actor, structure.employer, structure)
    return get_case(actor, rows[0].id) if rows else None


def _years(sheet: Sheet) -> tuple[int, ...]:
    known = sheet.years([])
    last = max([year for _, year in sheet.current], default=known[-1])
    return tuple(range(last - YEARS + 1, last + 1))


def _line(sheet: Sheet, line: Line, years: tuple[int, ...], *, says_group: bool) -> IndicatorLine:
    indicator = indicators()[line.code]
    peers = sheet.peers.get((line.code, line.year))
    return IndicatorLine(
        label=line.label,
        values=tuple(in_words(indicator, sheet.value(indicator, year), has_unit=False) for year in years),
        median=in_words(indicator, measured(indicator, peers.median), has_unit=False) if peers else "",
        middle=middle_half(indicator, peers, has_unit=False) if peers else "",
        peers=line.group if says_group else "",
        flags=line.flags,
        remarks=tuple(_remark(one.year, one.wording, one.answer) for one in line.remarks),
    )


def _remark(year: int, wording: str, answer: str) -> str:
    said = f"Remarque de l’employeur sur {year} : {wording}"
    return f"{said} Réponse : {answer}" if answer else said


def _identity(actor: Actor, structure: Structure, employer: Employer) -> tuple[tuple[str, str], ...]:
    status = legal_statuses().get(employer.legal_status or "")
    rows = (
        ("FINESS", f"{finess(structure.finess)} (établissement), {finess(employer.finess)} (entité juridique)"),
        ("SIREN", siren(employer.siren)),
        ("Catégorie", short_category(structure.category)),
        ("Statut", f"{status.short_label if status else 'à préciser'}, secteur {employer.sector.label.lower()}"),
        ("Places", plural(structure.capacity, "place") if structure.capacity is not None else "à préciser"),
        ("Effectif", _staff(structure, employer)),
        ("Convention collective", _agreement(employer)),
        ("Fédérations", _federations(actor, employer)),
        ("Commune", f"{structure.city} ({structure.departement})"),
    )
    return tuple(rows)


def _agreement(employer: Employer) -> str:
    if employer.is_public:
        return NoFigure.NOT_CONCERNED.label
    return f"IDCC {branch_label(employer.idcc)}" if employer.idcc else "à préciser"


def _federations(actor: Actor, employer: Employer) -> str:
    if not reads_memberships(actor):
        return NoFigure.NOT_ALLOWED.label
    return ", ".join(one.short_name for one in list_federations(employer)) or "aucune connue"


def _staff(structure: Structure, employer: Employer) -> str:
    here = number(structure.headcount) if structure.headcount is not None else "à préciser"
    return f"{here} sur place, {number(employer.headcount) if employer.headcount is not None else 'à préciser'} en tout"


def _regulatory(employer: Employer, case: Case | None) -> tuple[tuple[str, str], ...]:
    ends, document = (case.cpom_ends_on, case.risk_document_on) if case else (None, None)
    return (
        ("Fin du CPOM", day(ends) or "non renseigné"),
        ("CNO de la branche", _branch_agreement(employer)),
        ("Document unique", f"mis à jour le {day(document)}" if document else "non renseigné"),
    )


def _branch_agreement(employer: Employer) -> str:
    """The national agreement on objectives without which the branch AT-MP signs no prevention contract."""
    if employer.is_public:
        return NoFigure.NOT_CONCERNED.label
    branch = branches().get(employer.idcc or "")
    return f"jusqu’au {day(branch.agreed_until)}" if branch and branch.agreed_until else "non renseignée"


def _tags(employer: Employer) -> tuple[str, ...]:
    sites = [structure for structure in employer.structures if not structure.is_closed]
    tags = ["un seul établissement"] if len(sites) == 1 else [plural(len(sites), "établissement")]
    if employer.headcount is not None and employer.headcount < SMALL:
        tags.append(f"moins de {SMALL} salariés")
    return tuple(tags)


def _accidents(sheet: Sheet) -> AccidentsBlock | None:
    claims = claims_of(sheet, sheet.actor, names_conventions=False)
    return (
        AccidentsBlock(claims.years, claims.band, claims.counts, claims.interval, claims.cautions) if claims else None
    )


def _notes(actor: Actor, employer: Employer) -> tuple[FieldNote, ...]:
    """What was shared with others: a sheet is passed on, what an organisation keeps to itself is not in it."""
    shared = [one for one in list_exchanges(actor, employer) if one.visibility is not Visibility.ORGANISATION]
    return tuple(_note(one) for one in shared[:MOST_NOTES])


def _note(one: Exchange) -> FieldNote:
    text = one.summary if len(one.summary) <= LONGEST_NOTE else f"{one.summary[:LONGEST_NOTE].rstrip()}…"
    return FieldNote(one.organisation.short_name if one.organisation else "", short_day(one.held_on), text)


def _progress(actor: Actor, case: Case | None) -> tuple[tuple[str, str], ...]:
    if case is None:
        return (("Accompagnement", "aucun dossier"),)
    lead = case.lead_organisation.short_name if case.lead_organisation else "à désigner"
    rows = [
        ("Accompagnement", f"{state_label(actor, case.state)}, depuis le {day(case.entered_on)}"),
        ("Qui vous accompagne" if actor.is_employer else "Chef de file", lead),
    ]
    if reads_whole_case(actor, case) and case.due_label:
        rows.append(("Prochaine échéance", f"{case.due_label}, le {day(case.due_on)}"))
    return tuple(rows)
