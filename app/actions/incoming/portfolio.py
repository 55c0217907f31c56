"""The cases under way that an organisation followed elsewhere: opened where they stand, with their date and lead."""

from collections.abc import Sequence

from sqlalchemy import select

from app.actions.cases import followed_structures, take_up
from app.actions.incoming.employers import Known, one_by_one
from app.actions.incoming.handling import Change, Context, Effect, TableHandler, Verdict
from app.actions.opening import list_agents, name_lead, name_officers, open_case
from app.extensions import db
from app.models import Case, Employer, Organisation, Source, Structure
from app.permissions import may_follow
from app.queries.cases import get_case
from app.queries.settings import get_deadlines
from app.readers.cells import folded
from app.readers.kinds.portfolio import PORTFOLIO, PortfolioRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind
from workflows.roles import LEADS
from workflows.support_case import WORKFLOW, State

NO_PLACE = "Aucun établissement de cet employeur n’est dans vos départements."
OVER = "Cet accompagnement est terminé (« {state} ») : seuls ceux qui sont en cours sont repris."
UNKNOWN_LEAD = "Chef de file « {name} » inconnu : écrivez le nom court de l’organisme, comme dans Jalon ({known})."
FUTURE = "L’entrée dans cet état est dans le futur : corrigez la date."
KINDS = {"ars": "ars", "carsat": "carsat", "cramif": "carsat", "cgss": "carsat"} | dict.fromkeys(
    ("cd", "departement", "conseil"), "dept"
)
"""What the name of a lead begins with, when it is not written as in Jalon."""
SOURCES = {"liste": Source.TARGETING_LIST, "cibl": Source.TARGETING_LIST, "demand": Source.EMPLOYER_REQUEST}


class PortfolioHandler(TableHandler):
    """Rows of a case under way."""

    kind = ImportKind.PORTFOLIO
    layouts = (PORTFOLIO,)
    for_author = True
    duty = (
        "Chaque dossier sera ouvert à votre nom, dans l’état et à la date du fichier. Au-delà de « Repéré », "
        "l’employeur est réputé informé depuis cette date : son espace lui montrera le dossier."
    )

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        leads = list_leads()

        def act(reading: RowReading, employer: Employer, known: Known) -> Verdict:
            return _take_up(reading.row, employer, known, leads, context)

        return one_by_one(rows, context, act)


def list_leads() -> Sequence[Organisation]:
    """Return the organisations that may lead a case."""
    of_leads = select(Organisation).where(Organisation.kind.in_(LEADS), Organisation.is_active)
    return db.session.scalars(of_leads.order_by(Organisation.short_name)).all()


def _take_up(
    row: PortfolioRow, employer: Employer, known: Known, leads: Sequence[Organisation], context: Context
) -> Verdict:
    assert context.actor
    state, since = State(row.state), row.since or context.today
    structures = _scope(row, employer, known, context)
    lead = _lead(row, structures, leads, context)
    why = _refusal(row, state, structures, lead, leads, context)
    if why:
        return Verdict(row.line, Effect.REJECT, employer.name, why)
    assert lead
    if found := followed_structures([structure.id for structure in structures], context.actor):
        return Verdict(row.line, Effect.CONFLICT, employer.name, " ".join(missing.why for missing in found))
    remark = _open(row, employer, structures, lead, state, context)
    summary = f"{employer.name} : {state.label} depuis le {since:%d/%m/%Y}, chef de file {lead.short_name}"
    return Verdict(row.line, Effect.CREATE, summary, remark=remark)


def _scope(row: PortfolioRow, employer: Employer, known: Known, context: Context) -> list[Structure]:
    """Return the structure that the row names, else all those of the employer where the organisation acts."""
    assert context.actor
    here = [one for one in employer.structures if may_follow(context.actor, one) and not one.is_closed]
    place = known.places.get(row.employer.finess or "")
    return [one for one in here if one.id == place.id] if place else here


def _refusal(
    row: PortfolioRow,
    state: State,
    structures: list[Structure],
    lead: Organisation | None,
    leads: Sequence[Organisation],
    context: Context,
) -> str:
    if state in WORKFLOW.ended:
        return OVER.format(state=state.label)
    if row.since and row.since > context.today:
        return FUTURE
    if not structures:
        return NO_PLACE
    if lead is None:
        return UNKNOWN_LEAD.format(name=row.lead, known=", ".join(one.short_name for one in leads[:12]))
    return ""


def _lead(
    row: PortfolioRow, structures: list[Structure], leads: Sequence[Organisation], context: Context
) -> Organisation | None:
    """Return the lead that the row names, the importing organisation when it names none, None when nobody is it."""
    if not row.lead:
        return next((one for one in leads if one.id == context.organisation_id), None)
    name = folded(row.lead)
    exact = [one for one in leads if name in (folded(one.short_name), folded(one.name))]
    places = {structure.departement for structure in structures}
    kind = KINDS.get(name.split()[0]) if name else None
    likely = [one for one in leads if one.kind.value == kind and one.territory & places]
    found = exact or likely
    return found[0] if len(found) == 1 else None


def _open(
    row: PortfolioRow,
    employer: Employer,
    structures: list[Structure],
    lead: Organisation,
    state: State,
    context: Context,
) -> str:
    """Open the case, put it where it stands, name its officer and its lead; return what could not be done."""
    actor, today, now, settings = context.actor, context.today, context.now, get_deadlines(WORKFLOW)
    assert actor
    is_own = lead.id == context.organisation_id
    since = row.since or today
    opened = open_case(
        employer,
        structures,
        source=_source(row.origin),
        motive="Repris d’un fichier de suivi.",
        leads=is_own,
        actor=actor,
        today=today,
        now=now,
        settings=settings,
        opened_on=since,
    )
    motive = _motive(row, context)
    take_up(opened, state, since, motive=motive, actor=actor, today=today, now=now, settings=settings)
    db.session.flush()
    case = get_case(actor, opened.id, lock=True)
    assert case
    if is_own:
        remark = _name_officer(case, row, lead, context)
    else:
        name_lead(case, lead, version=case.version, actor=actor, today=today, now=now)
        remark = f"Le référent « {row.officer} » sera désigné par {lead.short_name}." if row.officer else ""
    context.changes.append(Change(Case.__tablename__, case.id, case.journal_number))
    return remark


def _name_officer(case: Case, row: PortfolioRow, lead: Organisation, context: Context) -> str:
    if not row.officer:
        return ""
    assert context.actor
    sought = folded(row.officer)
    agents = list_agents([lead.id], context.today)
    found = [
        one
        for one in agents
        if row.officer.strip().lower() == one.email.lower()
        or sought in (folded(one.full_name), folded(f"{one.family_name} {one.given_name}"))
    ]
    if len(found) != 1:
        return f"Référent « {row.officer} » non trouvé chez {lead.short_name} : désignez-le depuis le dossier."
    name_officers(case, [found[0].id], version=case.version, actor=context.actor, today=context.today, now=context.now)
    return ""


def _source(origin: str | None) -> Source:
    words = folded(origin or "")
    return next((source for word, source in SOURCES.items() if word in words), Source.ALERT)


def _motive(row: PortfolioRow, context: Context) -> str:
    told = [f"Repris d’un fichier, ligne {row.line}."]
    told += [f"Prochaine échéance notée : {row.next_on:%d/%m/%Y}."] if row.next_on else []
    told += [row.comment] if row.comment else []
    return " ".join(told)
