"""What the pages of targeting lists say: where one stands, why an employer is on it, what would change it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.filters import day, lower_first, number, plural
from app.models import TargetingCampaign, TargetingLine, TargetingPart, TargetingProposal, TargetingScore
from app.readers.territories import departement_name
from app.statistics.disclosure import SMALLEST_CELL
from app.views.listing import short_category
from figures.peers import PeerGroup, group_in_words
from figures.rates import Rate
from figures.targeting import TargetClass
from workflows.targeting_appraisal import Fairness
from workflows.targeting_list import ListState
from workflows.targeting_proposals import Decision
from workflows.targeting_scope import ListRun, Route, TargetCriterion, TargetField, criteria_of, criteria_used
from workflows.targeting_texts import Difference

TONES = {
    "first": "alert",
    "next": "warn",
    "to_qualify": "info",
    "silent": "info",
    "rest": "neutral",
    "postponed": "neutral",
    "withdrawn": "neutral",
}
STATE_TONES = {ListState.SIGNED: "good", ListState.REVISED: "neutral", ListState.EXPIRED: "neutral"}
MAIN_PATH = (
    ListState.DRAFT, ListState.CONSULTATION, ListState.FROZEN, ListState.SIGNING, ListState.SIGNED,
)  # fmt: skip
STANDINGS = {one.value: one.label for one in (*TargetClass, *Decision)}
WITHOUT_FIGURES = {
    TargetClass.REST: "Rien ne le distingue nettement des établissements comparables.",
    TargetClass.TO_QUALIFY: "Trop peu de chiffres récents pour le situer : à ceux qui le connaissent de le dire.",
    TargetClass.SILENT: "N’a pas répondu pour ces années, ce qui ne dit ni bien ni mal : à ceux qui le connaissent de "
    "le dire.",
}
MOST_NAMED = 4
"""Départements named one by one; more of them are told by their codes."""
ADDED = "Ajouté par des personnes qui le connaissent : aucun calcul ne le plaçait sur la liste."


def accidents_rule(field: TargetField, weights: Mapping[str, int]) -> str:
    """Return what a list says of accidents: context, or a probability that it weighs."""
    if any(one.is_exceedance for one in criteria_used(field, weights)):
        return (
            "Comptés par la probabilité d’un excès sur plusieurs années, quand il y en a assez pour conclure ; jamais "
            "par l’indice de fréquence, et jamais un classement."
        )
    return "Hors du calcul : ils restent un élément de contexte, jamais un classement."


def state_tone(state: ListState) -> str:
    """Return the tone of the badge of a state."""
    return STATE_TONES.get(state, "info")


def stepper(campaign: TargetingCampaign) -> list[dict[str, str]]:
    """Return the steps of a list, and where it stands; nothing once it is over."""
    if campaign.state not in MAIN_PATH:
        return []
    place = MAIN_PATH.index(campaign.state)
    ways = ("done",) * place + ("current",) + ("todo",) * (len(MAIN_PATH) - place - 1)
    return [{"label": one.label, "status": status} for one, status in zip(MAIN_PATH, ways, strict=True)]


def territory(campaign: TargetingCampaign) -> str:
    """Return « Deux-Sèvres (79), Vienne (86) », « 12 départements : 16, 17… » when they are many."""
    if len(campaign.codes) > MOST_NAMED:
        return f"{len(campaign.codes)} départements : {', '.join(campaign.codes)}"
    return ", ".join(f"{departement_name(code)} ({code})" for code in campaign.codes)


def facts(campaign: TargetingCampaign) -> list[tuple[str, str]]:
    """Return what everybody reads of a list."""
    rows = [
        ("Champ", campaign.field.label),
        ("Territoire", territory(campaign)),
        ("Années des chiffres", f"{campaign.first_year} à {campaign.last_year}"),
        ("Valable", _validity(campaign)),
        ("Fédérations consultées", f"jusqu’au {day(campaign.consulted_until)}" if campaign.consulted_until else ""),
        ("Échanges avec les adhérents", f"à partir du {day(campaign.speak_from)}" if campaign.speak_from else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _validity(campaign: TargetingCampaign) -> str:
    if campaign.state is ListState.REVISED:
        return f"jusqu’au {day(campaign.entered_on)}, jour de la signature de la liste qui la remplace"
    return f"du {day(campaign.valid_from)} au {day(campaign.valid_until)}"


def rules(campaign: TargetingCampaign) -> list[dict[str, str]]:
    """Return the method and the rules of a list, printed with it."""
    weights = [_weight(one, campaign.weights.get(one.code, 0)) for one in criteria_of(campaign.field)]
    cuts = (
        f"{TargetClass.FIRST.label} : les {campaign.first} % d’établissements les plus éloignés de leurs pairs ; "
        f"{TargetClass.NEXT.label.lower()} : les {campaign.following} % suivants. En dessous de {campaign.coverage} % "
        "des critères connus, l’établissement est à qualifier."
    )
    rows = [
        ("Critères et poids", "\n".join(weights)),
        ("Classes", cuts),
        ("Version de la méthode", f"{campaign.method_version}, calcul {campaign.code_version or 'à faire'}"),
        ("Accidents du travail", accidents_rule(campaign.field, campaign.weights)),
        ("Employeur de plusieurs fédérations, ou d’aucune", f"Il figure {campaign.membership.label}."),
        ("Signatures nécessaires", campaign.quorum.label),
        ("Composition de la réunion", campaign.meeting),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _weight(criterion: TargetCriterion, weight: int) -> str:
    caution = f" ({lower_first(criterion.caution.rstrip('.'))})" if criterion.caution else ""
    return f"{criterion.label} : {weight}{caution}"


def progress(campaign: TargetingCampaign, stages: Sequence[str]) -> dict[str, Any]:
    """Return how far a computation has got."""
    waits = campaign.run is ListRun.WAITING
    at = stages[min(campaign.run_stage, len(stages) - 1)]
    words = "Le calcul va commencer." if waits else f"En cours : {at.lower()}."
    return {"value": 0 if waits else campaign.run_stage, "maximum": len(stages), "words": words}


def counts(campaign: TargetingCampaign, standings: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return how many employers stand where, in sight."""
    shown = [(slug, label) for slug, label in STANDINGS.items() if standings.get(slug)]
    return [(label, number(standings[slug])) for slug, label in shown]


def others_in_words(total: int, own: int) -> str:
    """Return how many employers of a list are nobody's the reader knows: never fewer than three."""
    others = total - own
    if others < SMALLEST_CELL:
        return f"moins de {SMALLEST_CELL} autres employeurs"
    return plural(others, "autre employeur", "autres employeurs")


# --- Why --------------------------------------------------------------------------------------------------


def why(campaign: TargetingCampaign, line: TargetingLine | None) -> str:
    """Return why an employer stands where it does, without any figure."""
    if line is None:
        return "Cet employeur n’est pas sur la liste."
    if line.computed is None:
        return ADDED
    if line.computed in WITHOUT_FIGURES:
        return WITHOUT_FIGURES[line.computed]
    named = {one.code: one.words for one in criteria_of(campaign.field)}
    motives = [named[code] for code in line.motives.split() if code in named]
    if not motives:
        return "Se distingue de ses pairs par plusieurs critères à la fois, sans qu’aucun ne ressorte seul."
    return f"Se distingue de ses pairs par : {', '.join(motives)}."


def motives(campaign: TargetingCampaign, line: TargetingLine) -> list[str]:
    """Return the words of what sets an employer apart, for a row of the list."""
    named = {one.code: one.words for one in criteria_of(campaign.field)}
    return [named[code] for code in line.motives.split() if code in named]


@dataclass(frozen=True)
class CriterionRow:
    """One criterion of one structure, explained in figures."""

    label: str
    years: str
    mean: str
    place: str
    weight: str
    contribution: str


@dataclass(frozen=True)
class StructureFigures:
    """One structure of an employer, explained in figures."""

    name: str
    finess: str
    standing: TargetClass
    rows: list[CriterionRow]
    coverage: str
    moves: list[str]


def explain(campaign: TargetingCampaign, score: TargetingScore) -> StructureFigures:
    """Return a structure of the snapshot in figures: values and years, peers, weight, contribution, coverage."""
    told, known = json.loads(score.figures), {one.code: one for one in criteria_of(campaign.field)}
    return StructureFigures(
        score.structure.name,
        score.structure.finess,
        score.computed,
        [_row(campaign, known[one["code"]], one, score) for one in told["criteria"] if one["code"] in known],
        f"{score.coverage // 10_000} %",
        [_move(known, *one) for one in told["moves"] if one[0] in known],
    )


GROUPS = tuple(PeerGroup)


def _row(
    campaign: TargetingCampaign, criterion: TargetCriterion, told: Mapping[str, Any], score: TargetingScore
) -> CriterionRow:
    values = zip(range(campaign.first_year, campaign.last_year + 1), told["values"], strict=True)
    years = "; ".join(f"{year} : {_rate(value)}" for year, value in values).replace("; ", " ; ")
    if criterion.is_exceedance:
        return _accidents_row(campaign, criterion, told)
    mean = f"{_rate(told['mean'])} ({plural(told['years'], 'année connue', 'années connues')})"
    if told["mean"] is None:
        mean = "trop peu d’années ou de salariés"
    contribution = "—" if told["contribution"] is None else _tenths(told["contribution"])
    return CriterionRow(
        criterion.label, years, mean, _place(told, score), str(campaign.weights.get(criterion.code, 0)), contribution
    )


def _accidents_row(campaign: TargetingCampaign, criterion: TargetCriterion, told: Mapping[str, Any]) -> CriterionRow:
    """Accidents are told as a probability: a place among peers would be a rank."""
    known = told["mean"] is not None
    return CriterionRow(
        criterion.label,
        "les dernières années connues, réunies",
        f"{_rate(told['mean'])} de probabilité d’un excès" if known else "trop peu pour conclure",
        "comparé à son activité, jamais classé" if known else "—",
        str(campaign.weights.get(criterion.code, 0)),
        "—" if told["contribution"] is None else _tenths(told["contribution"]),
    )


def _place(told: Mapping[str, Any], score: TargetingScore) -> str:
    group = GROUPS[told["group"]]
    compared = group_in_words(group, told["peers"], short_category(score.structure.category))
    if told["percentile"] is None:
        return compared if group is PeerGroup.NONE else "—"
    return f"au-dessus de {_tenths(told['percentile'])} % de ses pairs ; {compared}"


def _tenths(value: int) -> str:
    return str(number(round(value / 10)))


def _rate(value: int | None) -> str:
    return "non renseigné" if value is None else Rate.from_millionths(value).in_french()


def _move(known: Mapping[str, TargetCriterion], code: str, fifths: int, standing: str) -> str:
    return f"{change_in_words(known[code], fifths)} : {TargetClass(standing).label.lower()}"


def change_in_words(criterion: TargetCriterion, fifths: int) -> str:
    """Return what a scenario changes: « Sans les postes vacants », « rotation comptée un cinquième de plus »."""
    if not fifths:
        return f"Sans le critère « {criterion.words} »"
    return f"« {criterion.words} » compté un cinquième de {'plus' if fifths > 5 else 'moins'}"


def sensitivity(campaign: TargetingCampaign) -> list[tuple[str, str, str]]:
    """Return, for each change tried, how many structures leave the first class and how many enter it."""
    known = {one.code: one for one in criteria_of(campaign.field)}
    return [
        (change_in_words(known[one["code"]], one["fifths"]), number(one["leave"]), number(one["enter"]))
        for one in campaign.summary.get("moves", [])
        if one["code"] in known
    ]


def proposal_title(proposal: TargetingProposal) -> str:
    """Return « Retirer : déjà accompagné par ailleurs »."""
    consent = f", {proposal.consent.label.lower()}" if proposal.consent else ""
    until = f" ({day(proposal.postponed_until)})" if proposal.postponed_until else ""
    return f"{proposal.kind.label}{until} : {proposal.reason.label.lower()}{consent}"


def employers_of(part: TargetingPart) -> list[dict[str, str]]:
    """Return the employers of a text, as it names them; nobody for the method."""
    told = json.loads(part.text).get("employers", [])
    return [
        {
            "name": one["name"],
            "place": ", ".join(filter(None, (one["facts"]["city"], one["facts"]["departement"]))),
            "route": Route(one["facts"]["route"]).label,
            "origin": "terrain" if one["facts"]["origin"] == "field" else "indicateurs",
        }
        for one in told
    ]


def changes(found: Difference) -> list[tuple[str, str]]:
    """Return who comes in, goes out and stays since the version before."""
    rows = [("Entrent", found.entrants), ("Sortent", found.leavers), ("Restent, modifiés", found.changed)]
    told = [(label, ", ".join(names)) for label, names in rows if names]
    return [*told, ("Restent", plural(len(found.staying), "employeur"))]


def appraisals(found: Mapping[Fairness, int], *, masks: bool) -> list[tuple[str, str]]:
    """Return how many answered « ce repérage était-il juste ? » each way; nobody adds them up when few are masked."""
    if not found:
        return []
    return [(one.label, _masked(found.get(one, 0), masks)) for one in Fairness]


def _masked(count: int, masks: bool) -> str:
    return f"moins de {SMALLEST_CELL}" if masks and count < SMALLEST_CELL else number(count)
