"""FINESS+ gives the rows of the former files; whatever the document, nothing raises and no record is lost."""

import gzip
import io
import json
import tracemalloc
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.finess_numbers import finess_number, siret_number
from app.readers.finess_plus import is_finess_plus, read_finess_plus
from app.readers.finess_rows import LegalEntityRow, StructureRow
from app.readers.problems import Problem, Severity

EJ, ET = finess_number("79", 1), finess_number("79", 50_001)
ADDRESS = {
    "numeroVoie": "12", "typeVoie": "R   ", "libelleVoie": "DES JARDINS  ", "cogCommune": "79191",
    "ligneAcheminement": "NIORT", "codePostal": "79000",
}  # fmt: skip


def _structure(finess: str = ET, state: str = "A", **changed: Any) -> dict[str, Any]:
    return {
        "informationsGeneralesEGE": {
            "egeId": "7", "numFinessEge": finess, "nomEgeCourt": "EHPAD LES TILLEULS ",
            "nomEgeLong": "EHPAD LES TILLEULS", "dateOuverture": "2001-01-01", "datePremiereAutorisation": "2000-05-04",
            "siret": siret_number("000100024", 1),
        },
        "categorieentiteGeographiqueExercice": "500", "modefixationtarifaire": "43", "adresse": [ADDRESS],
        "contact": [{"telecom": {"telephone": "0536490002"}}], "etatObjet": state,
        "dateDerniereMaj": "2021-10-18 00:00:00",
    } | changed  # fmt: skip


def _entity(*structures: Any, finess: str = EJ, **changed: Any) -> dict[str, Any]:
    return {
        "informationsGeneralesPMEJ": {
            "pmSmsseId": "1", "codeApe": "87.10A", "dateCreation": "1994-01-01",
            "denominationPm": "ASSOCIATION DU PONT",
            "denominationLonguePmSmsse": "ASSOCIATION DU PONT NEUF", "numFinessPm": finess, "siren": "000100024",
            "statutJuridique": "60", "fonctionPublique": "01",
        } | changed,
        "adresse": [ADDRESS], "etatObjet": "A", "ege": list(structures), "dateDerniereMaj": "2021-10-18 00:00:00",
    }  # fmt: skip


def _file(*entities: Any, indent: int | None = None) -> bytes:
    groups = [{"gccId": "1", "nomGcc": "Côte d'Or", "pmejDuGcc": [{"pmSmsseId": "1"}]}]
    document = {
        "schemaVersion": "v1.0.0",
        "generatedAt": "2026-03-09T15:49:37Z",
        "gcc": groups,
        "gco": [],
        "pmej": entities,
    }
    return json.dumps(document, ensure_ascii=False, indent=indent).encode()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_folded", [False, True])
def test_an_entity_then_its_structures(indent: int | None, is_folded: bool) -> None:
    content = _file(_entity(_structure()), indent=indent)
    reading = read_finess_plus(gzip.compress(content) if is_folded else content)
    entity, structure = reading.results()
    assert (reading.extracted_on, reading.records, reading.refusal) == (date(2026, 3, 9), 2, None)
    assert isinstance(entity, LegalEntityRow) and isinstance(structure, StructureRow)
    assert (entity.finess, entity.siren, entity.naf, entity.status_code) == (EJ, "000100024", "8710A", "60")
    assert (entity.name, entity.address, entity.commune) == ("ASSOCIATION DU PONT", "12 RUE DES JARDINS", "79191")
    assert entity.status_label and not entity.is_closed
    assert (structure.legal_entity_finess, structure.category_code, structure.tariff_code) == (EJ, "500", "43")
    assert (structure.departement, structure.city, structure.phone) == ("79", "NIORT", "0536490002")
    assert structure.siret == siret_number("000100024", 1) and structure.updated_on == date(2021, 10, 18)


def test_the_first_published_spelling_is_read_too() -> None:
    entity = _entity(_structure(etatObjet={"code": "A"}, categorieentiteGeographiqueExercice={"code": "500"}))
    entity["informationsGeneralesPmej"] = entity.pop("informationsGeneralesPMEJ") | {"statutJuridique": {"code": "21"}}
    first, second = read_finess_plus(_file(entity)).results()
    assert isinstance(first, LegalEntityRow) and first.status_code == "21"
    assert isinstance(second, StructureRow) and second.category_code == "500"


def test_what_is_closed_is_marked_or_left_out() -> None:
    reading = read_finess_plus(_file(_entity(_structure(state="I"), dateFermeture="2019-03-03")))
    remark, entity = reading.results()
    assert isinstance(remark, Problem) and "1 établissement" in remark.message and remark.line == 0
    assert isinstance(entity, LegalEntityRow) and entity.is_closed and reading.records == 1


@pytest.mark.parametrize(("commune", "departement"), [("97411", "974"), ("2A004", "2A"), ("97701", "977"), ("", "79")])
def test_the_place_is_that_of_the_address(commune: str, departement: str) -> None:
    structure = _structure(adresse=[ADDRESS | {"cogCommune": commune}])
    row = list(read_finess_plus(_file(_entity(structure))).results())[-1]
    assert isinstance(row, StructureRow) and row.departement == departement


@pytest.mark.parametrize(
    "structure",
    [
        "texte", {}, {"informationsGeneralesEGE": {}}, _structure(adresse=[]), _structure("790000021"),
        _structure(categorieentiteGeographiqueExercice=None), _structure("court"),
    ],
)  # fmt: skip
def test_a_structure_that_cannot_be_kept_is_rejected_alone(structure: Any) -> None:
    reading = read_finess_plus(_file(_entity(structure, _structure())))
    entity, refused, kept = reading.results()
    assert isinstance(refused, Problem) and refused.severity is Severity.REJECT and refused.line == 2
    assert isinstance(entity, LegalEntityRow) and isinstance(kept, StructureRow)


def test_a_number_is_given_once_by_its_last_record() -> None:
    older, newer = _entity(_structure(), denominationPm="ANCIEN"), _entity(finess=finess_number("79", 2))
    reading = read_finess_plus(_file(older, newer, _entity(denominationPm="NOUVEAU")))
    found = list(reading.results())
    names = [row.name for row in found if isinstance(row, LegalEntityRow)]
    assert names == ["ASSOCIATION DU PONT", "NOUVEAU"] and isinstance(found[0], Problem)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "abîmé"), (b"[]", "abîmé"), (b"{}", "pmej"), (b'{"a": [1, 2], "b": {"pmej": []}}', "pmej"),
        (_file(_entity())[:-40], "abîmé"), (gzip.compress(_file(_entity()))[:-20], "abîmé"),
        (b'{"pmej": [' + b"[" * 100_000, "abîmé"), (b'{1: 2}', "abîmé"),
    ],
)  # fmt: skip
def test_another_document_is_refused_in_words(content: bytes, word: str) -> None:
    reading = read_finess_plus(content)
    assert reading.refusal and word in reading.refusal.message
    assert list(reading.results()) == [reading.refusal]


def test_it_is_told_from_a_table_by_its_first_bytes() -> None:
    for content, expected in (
        (_file(_entity()), True),
        (b"\xef\xbb\xbf {", True),
        (b"finess;etalab", False),
        (b"", False),
    ):
        assert is_finess_plus(io.BytesIO(content)) is expected


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([EJ, ET, "I", "500"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["informationsGeneralesPMEJ", "informationsGeneralesEGE", "ege", "adresse", "numFinessPm", "numFinessEge",
             "etatObjet", "code", "categorieentiteGeographiqueExercice", "codePostal", "cogCommune", "contact"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(ANYTHING, max_size=4), st.integers(0, 400), st.binary(max_size=5))
def test_whatever_the_document_every_record_is_accounted_for(entities: list[Any], place: int, noise: bytes) -> None:
    content = _file(_entity(_structure()), *entities)
    for document in (content, content[:place] + noise + content[place:]):
        reading = read_finess_plus(document)
        found = list(reading.results())
        kept = [one for one in found if not isinstance(one, Problem)]
        refused = [one for one in found if isinstance(one, Problem) and one.severity is Severity.REJECT and one.line]
        assert reading.refusal or len(kept) + len(refused) == reading.records
        assert len({row.finess for row in kept}) == len(kept)


@pytest.mark.parametrize("entities", [4_000, pytest.param(60_000, marks=pytest.mark.long)])
def test_a_large_document_is_read_in_bounded_memory(entities: int) -> None:
    one = _file(_entity(_structure()), indent=2)
    start, end = one.index(b'"pmej": [') + 9, one.rindex(b"]")
    content = gzip.compress(one[:start] + b",".join([one[start:end]] * entities) + one[end:], 1)
    tracemalloc.start()
    reading = read_finess_plus(content)
    rows = sum(not isinstance(found, Problem) for found in reading.results())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (rows, reading.records) == (2, 2 * entities)
    assert peak < 12_000_000
