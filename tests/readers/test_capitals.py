import pytest

from app.readers.capitals import in_small_letters


@pytest.mark.parametrize(
    ("finess", "people"),
    [
        ("EHPAD LES TILLEULS", "EHPAD Les Tilleuls"),
        ("ASSOCIATION LES TILLEULS", "Association Les Tilleuls"),
        ("LES TILLEULS", "Les Tilleuls"),
        ("FOYER DE LA ROCHE", "Foyer de la Roche"),
        ("RESIDENCE L'OREE DU BOIS", "Residence L'Oree du Bois"),
        ("CCAS DE NIORT", "CCAS de Niort"),
        ("SAD AUTONOMIE DU VAL DE L'ALOUETTE", "SAD Autonomie du Val de l'Alouette"),
        ("E.H.P.A.D. EDMAR LAMA DE CAYENNE", "E.H.P.A.D. Edmar Lama de Cayenne"),
        ("CHATEAUNEUF-SUR-CHARENTE", "Chateauneuf-sur-Charente"),
        ("RESIDENCE JEAN XXIII", "Residence Jean XXIII"),
        ("ETABLISSEMENT N° 12 BIS", "Etablissement N° 12 Bis"),
        ('LIEU DE VIE "X"', 'Lieu de Vie "X"'),
        ("LA CHAPELLE ST LAURENT", "La Chapelle St Laurent"),
        ("VAL D OIRE ET GARTEMPE", "Val d'Oire et Gartempe"),
        ("L ISLE D ESPAGNAC", "L'Isle d'Espagnac"),
        ("RUE DE L HOPITAL", "Rue de l'Hopital"),
        ("STE OUENNE", "Ste Ouenne"),
        ("BATIMENT D ENTREE 2", "Batiment d Entree 2"),
        ("Ehpad Mixte DU LAC", "Ehpad Mixte DU LAC"),
        ("", ""),
        ("12", "12"),
    ],
)
def test_a_name_in_capitals_reads_as_people_write_it(finess: str, people: str) -> None:
    assert in_small_letters(finess) == people


def test_it_changes_nothing_the_second_time() -> None:
    once = in_small_letters("SSIAD DU PAYS THOUARSAIS")
    assert in_small_letters(once) == once == "SSIAD du Pays Thouarsais"
