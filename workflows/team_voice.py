"""How a house listens to its teams: the tools it may name, the subjects, and nothing of what anybody answered.

The questionnaires themselves belong to those who publish them: only that one was used is recorded.
"""

from workflows.labels import LabelledEnum


class VoiceTool(LabelledEnum):
    """With what the teams were listened to."""

    QENA = "qena", "QENA"
    FAIRE_LE_POINT = "faire_le_point", "Faire le point RPS (INRS)"
    RPS_DU = "rps_du", "RPS-DU (INRS)"
    QUESTIONNAIRE = "questionnaire", "Un questionnaire à nous"
    EXCHANGES = "exchanges", "Des groupes d’échange, des entretiens"
    OTHER = "other", "Autre chose"


class VoiceTheme(LabelledEnum):
    """On what."""

    WORKLOAD = "workload", "Charge et rythme de travail"
    ORGANISATION = "organisation", "Organisation et plannings"
    AUTONOMY = "autonomy", "Marges de manœuvre"
    RELATIONS = "relations", "Relations et soutien"
    EMOTIONS = "emotions", "Situations difficiles et émotions"
    MEANING = "meaning", "Sens du travail et reconnaissance"
    BODY = "body", "Gestes, postures et matériel"
    PATHS = "paths", "Parcours et formation"
