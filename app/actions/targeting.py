"""Making a targeting list, as the person who does it says: created, changed, computed, opened to consultation.

The scheduler computes in between (`app.jobs.targeting`); nothing commits here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.extensions import db
from app.models import JournalAction, ObjectKind, TargetingCampaign, TargetingDepartement
from app.permissions import Act, Actor, Kind, figure_owners, may_decide_list, may_make_lists, relations_needed
from app.readers.nomenclatures import CareField, care_field_of_category
from figures.targeting import Criterion, Method, Unscorable
from workflows.core import Missing, Refused
from workflows.targeting_list import OPEN_TO_CHANGE, WORKFLOW, ListState, MembershipRule, QuorumRule, validity_refusal
from workflows.targeting_scope import ListRun, TargetField, criteria_of, criteria_used

METHOD_VERSION = "2026.1"
"""The version of the method that a list says it follows; changed with the meaning of its criteria."""
FEWEST_YEARS, MOST_YEARS = 2, 5
NOT_YOURS = "Cette liste est tenue par l’organisme qui l’a créée et par la coordination du territoire."
COMPUTING = "Le calcul est en cours : la liste se modifie une fois qu’il est terminé."
FROZEN = "La liste est figée : rouvrez-la pour la modifier."


@dataclass(frozen=True)
class ListTerms:
    """What a list is about and how it is made; `weights` by criterion, cuts and coverage in percent."""

    title: str
    field: TargetField
    departements: frozenset[str]
    first_year: int
    last_year: int
    weights: Mapping[str, int]
    first: int
    following: int
    coverage: int
    valid_from: date
    valid_until: date
    consulted_until: date | None
    speak_from: date | None
    meeting: str
    quorum: QuorumRule
    membership: MembershipRule


def create_campaign(
    terms: ListTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    submission: str | None = None,
    predecessor: TargetingCampaign | None = None,
) -> TargetingCampaign:
    """Start a list, in preparation. Raises Forbidden, or Unacceptable naming the field.

    `predecessor` is the list that it is to replace, which `app.actions.targeting_succession` has judged.
    """
    if not may_make_lists(actor):
        raise Forbidden("Une liste de ciblage est préparée par l’ARS, la Carsat ou un département.")
    _refuse_faults(terms, actor, today, predecessor)
    campaign = TargetingCampaign(
        predecessor=predecessor,
        organisation_id=actor.organisation_id,
        author_id=actor.user_id,
        created_at=now,
        entered_on=today,
        state=ListState.DRAFT,
        run=ListRun.NONE,
        method_version=METHOD_VERSION,
        submission=submission,
    )
    db.session.add(campaign)
    _put(campaign, terms)
    db.session.flush()
    content = {"replaces": predecessor.id} if predecessor else {}
    _tell(JournalAction.TARGETING_CREATED, campaign, content, actor=actor, now=now)
    return campaign


def change_campaign(
    campaign: TargetingCampaign, terms: ListTerms, *, version: int, actor: Actor, today: date, now: datetime
) -> None:
    """Change what a list is about; raises Stale with both versions. New figures ask for a new computation."""
    _refuse_unless_open(campaign, actor)
    if campaign.version != version:
        raise Stale(campaign, differences(campaign, terms))
    _refuse_faults(terms, actor, today, campaign.predecessor)
    if campaign.state is not ListState.DRAFT and _is_another_list(campaign, terms):
        raise Unacceptable(
            "La consultation est ouverte : revenez à la préparation pour changer le territoire, le champ ou la méthode."
        )
    _put(campaign, terms)
    _tell(JournalAction.TARGETING_CHANGED, campaign, {}, actor=actor, now=now)


def launch(campaign: TargetingCampaign, *, version: int, actor: Actor, now: datetime) -> None:
    """Ask for the computation of a list, once: a second asking while it waits changes nothing.

    Raises Forbidden, Stale, or Unacceptable for a method that says nothing.
    """
    _refuse_unless_decides(campaign, actor)
    if campaign.is_computing:
        return
    if campaign.state is not ListState.DRAFT:
        raise Unacceptable("La liste n’est plus en préparation : ses chiffres ne changent plus.")
    if campaign.version != version:
        raise Stale(campaign)
    try:
        method_of(campaign.field, campaign.weights, campaign.first, campaign.following, campaign.coverage)
    except Unscorable as why:
        raise Unacceptable(str(why)) from why
    campaign.run, campaign.run_stage, campaign.failure, campaign.claimed_at = ListRun.WAITING, 0, "", None
    _tell(JournalAction.TARGETING_CHANGED, campaign, {"run": True}, actor=actor, now=now)


def take_step(
    campaign: TargetingCampaign,
    slug: str,
    motive: str,
    *,
    version: int,
    actor: Actor,
    today: date,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Take a step of the procedure; raises Forbidden, Stale, or Refused with all that is missing.

    `facts` are what its guards ask for besides.
    """
    _refuse_unless_decides(campaign, actor)
    if campaign.version != version:
        raise Stale(campaign)
    came_from = campaign.state
    WORKFLOW.fire(campaign, slug, today=today, effective_on=None, motive=motive, **(facts or {}))
    campaign.entered_on, campaign.motive = today, motive.strip()
    content = {"step": slug, "from": came_from.value, "to": campaign.state.value}
    _tell(JournalAction.TARGETING_STEP, campaign, content, actor=actor, now=now)


def missing_for(campaign: TargetingCampaign, slug: str, *, today: date, **facts: Any) -> tuple[Missing, ...]:
    """Return what stands in the way of a step, its motive left aside: the form asks for it."""
    return WORKFLOW.missing(campaign, slug, today=today, effective_on=None, motive="…", **facts)


def method_of(field: TargetField, weights: Mapping[str, int], first: int, following: int, coverage: int) -> Method:
    """Return the method that a list would follow; raises Unscorable, in French, when it says nothing."""
    used = criteria_used(field, weights)
    criteria = (Criterion(one.code, weights[one.code], is_probability=one.is_exceedance) for one in used)
    return Method(tuple(criteria), first, following, coverage)


def is_of_field(field: TargetField, category: str) -> bool:
    """Tell whether structures of a category (code of FINESS) are compared in a field."""
    care = care_field_of_category(category)
    if field is TargetField.EHPAD:
        return category == "500"
    if field is TargetField.HOME_CARE:
        return care is CareField.HOME_CARE
    if field is TargetField.ELDERLY:
        return care is CareField.ELDERLY
    return care.value.startswith("disabled")


def differences(campaign: TargetingCampaign, terms: ListTerms) -> list[Difference]:
    """Return what two people wrote differently of one list."""
    mine, theirs = _in_words(terms), _in_words(terms_of(campaign))
    return [Difference(label, mine[label], theirs[label]) for label in mine if mine[label] != theirs[label]]


def terms_of(campaign: TargetingCampaign) -> ListTerms:
    """Return the terms of a list as they stand."""
    names = (name for name in ListTerms.__dataclass_fields__ if name != "departements")
    return ListTerms(departements=frozenset(campaign.codes), **{name: getattr(campaign, name) for name in names})


def _in_words(terms: ListTerms) -> dict[str, str]:
    criteria = {one.code: one.label for one in criteria_of(terms.field)}
    return {
        "Titre": terms.title,
        "Champ": terms.field.label,
        "Départements": ", ".join(sorted(terms.departements)),
        "Années": f"{terms.first_year} à {terms.last_year}",
        "Poids": ", ".join(f"{criteria.get(code, code)} {weight}" for code, weight in sorted(terms.weights.items())),
        "Classes": f"{terms.first} %, puis {terms.following} % ; couverture {terms.coverage} %",
        "Validité": f"{terms.valid_from:%d/%m/%Y} au {terms.valid_until:%d/%m/%Y}",
        "Consultation": f"{terms.consulted_until:%d/%m/%Y}" if terms.consulted_until else "",
        "Échanges avec les employeurs": f"{terms.speak_from:%d/%m/%Y}" if terms.speak_from else "",
        "Réunion": terms.meeting,
        "Quorum": terms.quorum.label,
        "Employeurs de plusieurs fédérations": terms.membership.label,
    }


# --- What is refused ----------------------------------------------------------------------------------------


def _refuse_unless_decides(campaign: TargetingCampaign, actor: Actor) -> None:
    if not may_decide_list(actor, campaign):
        raise Forbidden(NOT_YOURS)


def _refuse_unless_open(campaign: TargetingCampaign, actor: Actor) -> None:
    _refuse_unless_decides(campaign, actor)
    if campaign.is_computing:
        raise Refused(Missing(COMPUTING))
    if campaign.state not in OPEN_TO_CHANGE:
        raise Refused(Missing(FROZEN))


def _is_another_list(campaign: TargetingCampaign, terms: ListTerms) -> bool:
    now, then = terms_of(campaign), terms
    names = ("field", "departements", "first_year", "last_year", "first", "following", "coverage")
    return dict(now.weights) != dict(then.weights) or any(getattr(now, name) != getattr(then, name) for name in names)


def _refuse_faults(terms: ListTerms, actor: Actor, today: date, predecessor: TargetingCampaign | None) -> None:
    if predecessor and terms.field is not predecessor.field:
        raise Unacceptable(f"Elle remplace une liste du champ « {predecessor.field.label} » : gardez-le.", "field")
    if predecessor and not terms.departements >= set(predecessor.codes):
        raise Unacceptable("Elle couvre au moins les départements de la liste qu’elle remplace.", "departements")
    if not terms.departements or not terms.departements <= actor.territory:
        raise Unacceptable("Choisissez des départements de votre territoire.", "departements")
    span = terms.last_year - terms.first_year + 1
    if span < FEWEST_YEARS or span > MOST_YEARS:
        raise Unacceptable(f"Choisissez de {FEWEST_YEARS} à {MOST_YEARS} années.", "first_year")
    if terms.last_year >= today.year:
        raise Unacceptable("Les chiffres de cette année ne sont pas encore connus.", "last_year")
    if missing := validity_refusal(terms.valid_from, terms.valid_until):
        raise Unacceptable(missing.why, missing.at)
    if terms.consulted_until and terms.consulted_until > terms.valid_until:
        raise Unacceptable("La consultation se termine avant la validité de la liste.", "consulted_until")
    if any(one.is_exceedance for one in criteria_used(terms.field, terms.weights)):
        _refuse_closed_accidents(terms, actor)
    try:
        method_of(terms.field, terms.weights, terms.first, terms.following, terms.coverage)
    except Unscorable as why:
        raise Unacceptable(str(why), "weight_absence" if not any(terms.weights.values()) else "first") from why


def _refuse_closed_accidents(terms: ListTerms, actor: Actor) -> None:
    others = figure_owners(actor, terms.departements, Kind.AT_BAND) - {0, actor.organisation_id}
    if not others and not relations_needed(actor.role, Kind.AT_BAND, Act.WRITE):
        raise Unacceptable(
            "Aucune convention en vigueur ne vous ouvre la classe des accidents dans tout ce territoire : "
            "laissez ce poids à zéro.",
            "weight_accidents",
        )


def _put(campaign: TargetingCampaign, terms: ListTerms) -> None:
    for name in ListTerms.__dataclass_fields__:
        if name not in ("departements", "weights"):
            setattr(campaign, name, getattr(terms, name))
    campaign.weights = dict(terms.weights)
    kept = {row.departement: row for row in campaign.departements}
    campaign.departements = [
        kept.get(code) or TargetingDepartement(departement=code) for code in sorted(terms.departements)
    ]


def _tell(
    action: JournalAction, campaign: TargetingCampaign, content: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    db.session.flush()
    told = {"method": campaign.method_digest, "state": campaign.state.value, **content}
    record(action, ObjectKind.TARGETING, campaign.id, told, actor=actor, now=now)
