"""The good lines of the FINESS files: kinds, fields, places, and the real extracts."""

import io
from datetime import date

import pytest

from app.readers.finess import LegalEntityRow, Problem, Severity, StructureRow, read_finess
from app.readers.reference_files import read_bytes
from tests.readers.finess_lines import ET_HEADER, ej_file, ej_line, et_file, et_line


def _rows(content: bytes) -> list[LegalEntityRow | StructureRow]:
    return [found for found in read_finess(content).results() if not isinstance(found, Problem)]


def _structure(**cells: str) -> StructureRow:
    (row,) = _rows(et_file(et_line(**cells)))
    assert isinstance(row, StructureRow)
    return row


def _legal_entity(**cells: str) -> LegalEntityRow:
    (row,) = _rows(ej_file(ej_line(**cells)))
    assert isinstance(row, LegalEntityRow)
    return row


def test_the_real_extract_of_legal_entities() -> None:
    reading = read_finess(read_bytes("finess_etalab_cs1100501_extract.csv"))
    assert (reading.kind, reading.encoding, reading.extracted_on) == ("ej", "utf-8", date(2021, 12, 14))
    hospital, clinic, closed = list(reading.results())
    assert isinstance(hospital, LegalEntityRow) and isinstance(closed, LegalEntityRow)
    assert (hospital.finess, hospital.siren, hospital.status_code) == ("010008407", "260110218", "14")
    assert hospital.address == "1 ROUTE DE VEYZIAT, CS 20100"
    assert (hospital.postcode, hospital.city, hospital.commune) == ("01117", "OYONNAX CEDEX", "01283")
    assert isinstance(clinic, LegalEntityRow) and not clinic.is_closed and clinic.departement == "59"
    assert closed.is_closed and closed.name == "POLYCLINIQUE D'AMBERIEU" and closed.naf is None


def test_the_real_extract_of_establishments() -> None:
    reading = read_finess(read_bytes("finess_etalab_cs1100502_extract.csv"))
    rows = [row for row in reading.results() if isinstance(row, StructureRow)]
    assert (reading.kind, reading.records, len(rows)) == ("et", 12, 12)
    assert [row.departement for row in rows] == [
        *("01", "977", "978", "972", "973", "974", "974", "974", "976", "986", "973", "972")
    ]
    assert [row.commune for row in rows][:3] == ["01451", "97701", "97801"]
    first, last = rows[0], rows[-1]
    assert (first.siret, first.category_code, first.tariff_code) == ("26010004500012", "355", "03")
    assert (first.opened_on, first.updated_on) == (date(1979, 2, 13), date(2020, 2, 4))
    # Created in the North, at work in Martinique: the address decides, not the number.
    assert (last.legal_entity_finess, last.departement) == ("590799730", "972")


def test_coordinates_may_follow_and_are_counted_not_read() -> None:
    content = et_file(et_line(), "geolocalisation;790000020;434000.1;6584000.2;1,ATLASANTE;2026-05-12")
    reading = read_finess(content)
    remark, row = list(reading.results())
    assert isinstance(remark, Problem) and remark.severity is Severity.NOTICE
    assert "coordonnées" in remark.message and remark.line == 0
    assert isinstance(row, StructureRow) and reading.records == 1


def test_a_stream_is_read_like_bytes_and_as_often_as_wanted() -> None:
    reading = read_finess(io.BytesIO(et_file(et_line())))
    assert list(reading.results()) == list(reading.results()) != []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_accents_survive_every_encoding_met(encoding: str) -> None:
    (row,) = _rows(et_file(et_line(rs="RÉSIDENCE DU LAVOIR À ÉVAUX"), encoding=encoding))
    assert row.name == "RÉSIDENCE DU LAVOIR À ÉVAUX"


def test_quotes_doubled_inside_a_quoted_cell() -> None:
    assert _structure(rs='"LIEU DE VIE ""LE MOULIN"" ; ANNEXE"').name == 'LIEU DE VIE "LE MOULIN" ; ANNEXE'


def test_blanks_are_collapsed_and_absent_cells_are_none() -> None:
    row = _structure(rs="  EHPAD   LES\u00a0TILLEULS ", rslongue=" ", siret="", dateouv="")
    assert (row.name, row.long_name, row.siret, row.opened_on) == ("EHPAD LES TILLEULS", None, None, None)


@pytest.mark.parametrize(
    ("cells", "departement", "commune"),
    [
        ({"departement": "9A", "commune": "105", "ligneacheminement": "97100 BASSE TERRE"}, "971", "97105"),
        (
            {"departement": "9B", "commune": "209", "ligneacheminement": "97200 FORT DE FRANCE"},
            "972",
            "97209",
        ),
        ({"departement": "9C", "commune": "302", "ligneacheminement": "97300 CAYENNE"}, "973", "97302"),
        ({"departement": "9D", "commune": "411", "ligneacheminement": "97400 ST DENIS"}, "974", "97411"),
        ({"departement": "9F", "commune": "611", "ligneacheminement": "97600 MAMOUDZOU"}, "976", "97611"),
        ({"departement": "9J", "commune": "613", "ligneacheminement": "98600 UVEA"}, "986", "98613"),
        ({"departement": "9A", "commune": "123", "ligneacheminement": "97133 ST BARTHELEMY"}, "977", "97701"),
        ({"departement": "9A", "commune": "127", "ligneacheminement": "97150 ST MARTIN"}, "978", "97801"),
        ({"departement": "2A", "commune": "4", "ligneacheminement": "20000 AJACCIO"}, "2A", "2A004"),
        ({"departement": "2b", "commune": "033", "ligneacheminement": "20200 BASTIA"}, "2B", "2B033"),
        ({"departement": "1", "commune": "53", "ligneacheminement": "01000 BOURG EN BRESSE"}, "01", "01053"),
        ({"departement": "", "commune": "191", "ligneacheminement": "79000 NIORT"}, "79", "79191"),
        ({"departement": "", "commune": "4", "ligneacheminement": "20090 AJACCIO"}, "2A", "2A004"),
        ({"departement": "974", "commune": "302", "ligneacheminement": "97400 ST DENIS"}, "974", None),
    ],
)
def test_places_become_official_codes(cells: dict[str, str], departement: str, commune: str | None) -> None:
    row = _structure(**cells)
    assert (row.departement, row.commune) == (departement, commune)


def test_a_department_deduced_from_the_postcode_is_told() -> None:
    notice, row = list(read_finess(et_file(et_line(departement=""))).results())
    assert isinstance(notice, Problem) and notice.severity is Severity.NOTICE and "79" in notice.message
    assert isinstance(row, StructureRow)


def test_codes_and_telephones_recover_their_zeros() -> None:
    entity = _legal_entity(statutjuridique="8", telephone="536490001")
    assert (entity.status_code, entity.phone) == ("08", "0536490001")
    assert _structure(categetab="1", codemft="3", telephone="05.36 49-00.02").phone == "0536490002"
    assert (_structure(categetab="1").category_code, _structure(codemft="3").tariff_code) == ("001", "03")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"numvoie": "12", "compvoie": "B", "typvoie": "AV", "voie": "DE PARIS"}, "12B AVENUE DE PARIS"),
        ({"numvoie": "40", "typvoie": "CHE", "voie": "CHEMIN VERT"}, "40 CHEMIN VERT"),
        ({"numvoie": "", "typvoie": "", "voie": "LE BOURG", "lieuditbp": "BP 12"}, "LE BOURG, BP 12"),
        ({"numvoie": "", "typvoie": "", "voie": "", "compldistrib": "ZAC DU LAC"}, "ZAC DU LAC"),
        ({"numvoie": "3", "typvoie": "XYZ", "voie": "DU PRE"}, "3 XYZ DU PRE"),
    ],
)
def test_the_address_reads_as_on_an_envelope(cells: dict[str, str], expected: str) -> None:
    assert _structure(**cells).address == expected


def test_a_home_that_may_be_a_keepers_own_keeps_its_address_private() -> None:
    row = _structure(categetab="462")
    assert (row.address_lines, row.phone, row.city) == ((), None, "NIORT")


@pytest.mark.parametrize("mark", ["[Fermé] ", "[FERME]", "[ Fermée ] "])
def test_a_closed_entity_is_marked_and_its_name_cleaned(mark: str) -> None:
    row = _legal_entity(rs=f"{mark}ASSOCIATION DU PONT")
    assert (row.is_closed, row.name) == (True, "ASSOCIATION DU PONT")
    assert not _legal_entity(rs="ASSOCIATION [FERMÉ]").is_closed


def test_a_name_is_never_empty() -> None:
    assert _legal_entity(rs="").name == "ASSOCIATION DE GESTION LES TILLEULS"
    warning, row = list(read_finess(et_file(et_line(rs=""))).results())
    assert isinstance(warning, Problem) and warning.severity is Severity.WARNING
    assert isinstance(row, StructureRow) and row.name == "Sans nom (790000020)"


def test_an_older_export_without_its_last_field_is_read() -> None:
    line = et_line().rsplit(";", 1)[0]
    assert [row.finess for row in _rows(f"{ET_HEADER}\n{line}\n".encode())] == ["790000020"]


def test_cells_added_by_a_spreadsheet_are_dropped() -> None:
    assert len(_rows(et_file(et_line() + ";;;"))) == 1
