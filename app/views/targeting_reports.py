"""From the frozen texts of a version to the values that its documents print: what was signed, nothing else."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.filters import day, finess, moment, plural, siren
from app.models import WHOLE_LIST, TargetingCampaign, TargetingPart, TargetingVersion
from app.readers.territories import departement_name
from app.statistics.disclosure import SMALLEST_CELL
from app.views import targeting_words as words
from app.views.listing import short_category
from app.views.targeting_sheets import Signed, rows_for
from figures.targeting import TargetClass
from reports.targeting_list import Copy, Criterion, ListedEmployer, Share, TargetingList
from workflows.targeting_list import MembershipRule, QuorumRule
from workflows.targeting_scope import Route, TargetField, criteria_of
from workflows.targeting_texts import METHOD, Difference, FrozenList, Part, difference

BY_FIELD, BY_FIGURES = "le terrain", "les indicateurs"
DEPARTEMENT = "departement-"
"""Before the number of a département: its text tells again employers of the others."""


@dataclass(frozen=True)
class Edition:
    """For whom a document is made, by whom the list was, where a file can be checked, when."""

    recipient: str
    organisation: str
    verify_at: str
    made_at: datetime
    organisation_id: int | None = None
    copy: Copy | None = None


def values_of(
    version: TargetingVersion,
    part: str,
    texts: Sequence[TargetingPart],
    edition: Edition,
    *,
    before: FrozenList | None = None,
    signed: Sequence[Signed] = (),
    total: int | None = None,
) -> TargetingList:
    """Return the values of the document of a part, from its texts (the method among them).

    `before`: the same texts of the version before, for who comes and goes; `total`: how many employers the list has.
    """
    method = json.loads(next(one.text for one in texts if one.key == METHOD))
    is_whole = part == WHOLE_LIST
    employers = _employers(texts, is_whole)
    label = "" if is_whole else next(one.label for one in texts if one.key == part)
    rows, others = rows_for(signed, edition.organisation_id)
    return TargetingList(
        title=method["title"],
        number=version.number,
        part=label,
        facts=_facts(method, version, edition),
        criteria=_criteria(method),
        method=_method(method),
        employers=employers,
        others=_others(len(employers), total) if not is_whole else "",
        shares=_shares(texts) if is_whole else (),
        changes=_changes(before, version, texts) if before else (),
        signatures=rows,
        other_signatures=others,
        root=version.root,
        digests=tuple((one.label, one.digest) for one in texts),
        recipient=edition.recipient,
        organisation=edition.organisation,
        verify_at=edition.verify_at,
        made_at=edition.made_at,
        copy=edition.copy,
    )


def words_of_seal(values: TargetingList) -> str:
    """Return what the seal says of the document to whoever holds the file alone."""
    what = values.part or "liste complète"
    return f"Liste de ciblage « {values.title} », version {values.number}, {what}. Empreinte signée : {values.root}"


def file_name(campaign: TargetingCampaign, version: TargetingVersion, part: str, *, is_copy: bool) -> str:
    """Return the name of a file: neither an employer nor a federation is in it."""
    return f"liste-{campaign.id}-version-{version.number}-{part}{'-copie' if is_copy else ''}.pdf"


# --- The method ---------------------------------------------------------------------------------------------


def _facts(method: Mapping[str, Any], version: TargetingVersion, edition: Edition) -> tuple[tuple[str, str], ...]:
    valid = method.get("valid")
    rows = (
        ("Champ", TargetField(method["field"]).label if "field" in method else ""),
        ("Territoire", ", ".join(_place(code) for code in method.get("departements", []))),
        ("Version", f"{version.number}, figée le {moment(version.frozen_at)}"),
        ("Valable", f"du {_day(valid[0])} au {_day(valid[1])}" if valid else ""),
        ("Préparée par", edition.organisation),
        ("Exemplaire de", edition.recipient),
        ("Composition de la réunion", method.get("meeting", "")),
        ("Signatures nécessaires", QuorumRule(method["quorum"]).label if "quorum" in method else ""),
        ("Employeur de plusieurs fédérations, ou d’aucune", _membership(method)),
        ("Fédérations consultées", _day_of(method, "consulted_until", "jusqu’au")),
        ("Échanges avec les adhérents", _day_of(method, "speak_from", "à partir du")),
    )
    return tuple((label, value) for label, value in rows if value)


def _membership(method: Mapping[str, Any]) -> str:
    return f"Il figure {MembershipRule(method['membership']).label}." if "membership" in method else ""


def _day_of(method: Mapping[str, Any], name: str, words: str) -> str:
    return f"{words} {_day(method[name])}" if method.get(name) else ""


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


def _place(code: str) -> str:
    return f"{departement_name(code)} ({code})"


def _criteria(method: Mapping[str, Any]) -> tuple[Criterion, ...]:
    weights = method.get("weights", {})
    known = criteria_of(TargetField(method["field"])) if "field" in method else ()
    return tuple(Criterion(one.label, weights.get(one.code, 0), one.caution) for one in known)


def _accidents(method: Mapping[str, Any]) -> str:
    return words.accidents_rule(TargetField(method["field"]), method.get("weights", {})) if "field" in method else ""


def _method(method: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    first, following = method.get("cuts", (0, 0))
    years = method.get("years")
    classes = (
        f"« {TargetClass.FIRST.label} » : les {first} % d’établissements les plus éloignés de leurs pairs ; "
        f"« {TargetClass.NEXT.label} » : les {following} % suivants. En dessous de {method.get('coverage')} % des "
        "critères connus, un établissement est à qualifier par des personnes. Puis des personnes décident : ce "
        "qu’elles savent du terrain l’emporte."
    )
    rows = (
        ("Années des chiffres", f"{years[0]} à {years[1]}" if years else ""),
        ("Classes", classes if "cuts" in method else ""),
        ("Accidents du travail", _accidents(method)),
        ("Version de la méthode", method.get("version", "")),
        ("Version du calcul", method.get("code", "")),
        ("Empreinte des chiffres lus", method.get("inputs", "")),
    )
    return tuple((label, str(value)) for label, value in rows if value)


# --- The employers ------------------------------------------------------------------------------------------


def _told(texts: Iterable[TargetingPart]) -> list[tuple[str, dict[str, Any]]]:
    """The employers of the texts with the label of their part, in the order of their names."""
    found = [
        (one.label, employer)
        for one in texts
        if one.key != METHOD
        for employer in json.loads(one.text).get("employers", [])
    ]
    return sorted(found, key=lambda pair: (pair[1]["name"].casefold(), pair[1]["number"], pair[0]))


def _employers(texts: Sequence[TargetingPart], is_whole: bool) -> tuple[ListedEmployer, ...]:
    """Each once, with all its sub-lists: in the whole list, a département's part repeats those of the others."""
    listed = [one for one in texts if not (is_whole and one.key.startswith(DEPARTEMENT))]
    found: dict[str, ListedEmployer] = {}
    for label, employer in _told(listed):
        known = found.get(employer["number"])
        part = f"{known.part}, {label}" if known else label
        found[employer["number"]] = _employer(employer, part)
    return tuple(found.values())


def _employer(told: Mapping[str, Any], part: str) -> ListedEmployer:
    facts = told["facts"]
    numbers = [f"FINESS {finess(told['number'])}" if told["number"].isalnum() else ""]
    numbers.append(f"SIREN {siren(facts['siren'])}" if facts.get("siren") else "")
    return ListedEmployer(
        name=told["name"],
        place=", ".join(filter(None, (facts.get("city"), facts.get("departement")))),
        identity=" · ".join(filter(None, numbers)),
        structures=tuple(
            f"{name}, {short_category(category)}, FINESS {finess(number)}"
            for number, name, category, _ in facts.get("structures", [])
        ),
        standing=words.STANDINGS.get(facts.get("class", ""), TargetClass.FIRST.label),
        origin=BY_FIELD if facts.get("origin") == "field" else BY_FIGURES,
        route=Route(facts["route"]).label,
        part=part,
    )


def _others(own: int, total: int | None) -> str:
    if total is None or total <= own:
        return ""
    if total - own < SMALLEST_CELL:
        return f"La liste compte moins de {SMALLEST_CELL} autres employeurs."
    return f"La liste compte {plural(total - own, 'autre employeur', 'autres employeurs')}."


def count_employers(texts: Iterable[TargetingPart]) -> int:
    """Return how many employers a list has, each counted once."""
    return len({employer["number"] for _, employer in _told(texts)})


def _shares(texts: Sequence[TargetingPart]) -> tuple[Share, ...]:
    """By département of the employer, how many are owed to the field."""
    employers = {employer["number"]: employer["facts"] for _, employer in _told(texts)}.values()
    listed = Counter(one.get("departement") for one in employers)
    owed = Counter(one.get("departement") for one in employers if one.get("origin") == "field")
    rows = [Share(_place(code) if code else "Siège inconnu", listed[code], owed[code]) for code in sorted(listed)]
    return (*rows, Share("Ensemble", sum(listed.values()), sum(owed.values()))) if len(rows) > 1 else tuple(rows)


def _changes(
    before: FrozenList, version: TargetingVersion, texts: Sequence[TargetingPart]
) -> tuple[tuple[str, str], ...]:
    keys = {one.key for one in texts}
    now = tuple(Part(one.key, one.label, one.text, one.digest) for one in texts)
    then = replace(before, parts=tuple(part for part in before.parts if part.key in keys))
    found: Difference = difference(then, FrozenList(version.number, now, version.root))
    return tuple(words.changes(found))
