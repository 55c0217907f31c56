"""In which capacity a person acts. The matrix of rights and the steps of a procedure name these roles."""

from workflows.labels import LabelledEnum


class Role(LabelledEnum):
    """One capacity: the kind of the organisation, or a function held besides."""

    ARS = "ars", "Agence régionale de santé"
    CARSAT = "carsat", "Carsat, Cramif ou CGSS"
    DEPT = "dept", "Conseil départemental"
    DREETS = "dreets", "DREETS"
    ARACT = "aract", "Aract"
    FEDERATION = "federation", "Fédération d’employeurs"
    PROVIDER = "provider", "Prestataire"
    FUNDER = "funder", "Financeur (OPCO, ANFH, CNFPT)"
    PUBLIC_PREVENTION = "public_prevention", "Prévention du secteur public (FNP, CDG)"
    SPST = "spst", "Service de prévention et de santé au travail"
    MSA = "msa", "Mutualité sociale agricole"
    REGION = "region", "Conseil régional"
    NATIONAL = "national", "Organisme national"
    PLATFORM = "platform", "Administration de la plateforme"
    EMPLOYER = "employer", "Responsable chez l’employeur"
    COORDINATOR = "coordinator", "Coordination du territoire"


LEADS = (Role.ARS, Role.CARSAT, Role.DEPT)
"""The three bodies that may lead a case."""
