"""The register of treatments and the words told to each audience (RGPD, art. 13, 14 and 30), as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Treatment:
    """One line of the register."""

    name: str
    purpose: str
    basis: str
    people: str
    data: str
    recipients: str
    retention: str


PUBLIC_MISSION = (
    "Mission d’intérêt public (RGPD, art. 6.1.e) : code de la santé publique, L.1431-2 (ARS) ; code de la sécurité "
    "sociale, L.215-1 (caisses) ; code de l’action sociale et des familles (départements). Pour une fédération ou un "
    "prestataire : intérêt légitime ou contrat (art. 6.1.f et b)."
)

TREATMENTS = (
    Treatment(
        "Comptes et habilitations",
        "Savoir qui se connecte, pour quel organisme, et ce que chacun peut lire.",
        PUBLIC_MISSION,
        "Agents des organismes, responsables chez les employeurs.",
        "Nom, prénom, adresse électronique professionnelle, fonction, organisme ; mot de passe sous forme d’empreinte.",
        "L’administration de l’organisme et celle de la plateforme.",
        "Compte désactivé 90 jours après le départ, rendu anonyme deux ans après.",
    ),
    Treatment(
        "Contacts chez les employeurs",
        "Joindre la bonne personne pour proposer et suivre un appui.",
        PUBLIC_MISSION,
        "Direction, encadrement, ressources humaines, représentants du personnel.",
        "Nom, prénom, fonction, adresse et téléphone professionnels.",
        "ARS, Carsat et département du territoire, partenaires du dossier, fédération et employeur, selon la "
        "visibilité.",
        "Un an après le départ, ou avec le dernier dossier de l’employeur.",
    ),
    Treatment(
        "Suivi des dossiers, notes et visites",
        "Se coordonner autour d’un employeur, garder la trace de ce qui a été convenu.",
        PUBLIC_MISSION,
        "Auteurs des notes ; personnes rencontrées, par leur fonction.",
        "Ce que l’auteur écrit. Aucune donnée de santé, aucun nom de victime : les formulaires le rappellent.",
        "Ceux que désigne « visible par » sur chaque note.",
        "Dossier clos : cinq ans. Sans suite ou jamais contacté : deux ans. Puis statistiques sans nom.",
    ),
    Treatment(
        "Listes d’employeurs à qui proposer un appui",
        "Décider ensemble, d’après des indicateurs et ce que l’on sait du terrain, à qui proposer un appui en premier.",
        PUBLIC_MISSION,
        "Auteurs des notes, des propositions et des décisions ; un employeur n’y figure que par son établissement.",
        "Chiffres d’établissements, sans personne ; ce que les auteurs écrivent, avec leur nom. Aucune décision n’est "
        "prise par le calcul : des personnes décident.",
        "ARS, Carsat et départements du territoire, par convention ; une fédération, pour ses adhérents, sans chiffre.",
        "Deux ans après la fin de validité de la liste.",
    ),
    Treatment(
        "Auto-diagnostics",
        "Aider un employeur à voir où il en est, et à choisir par quoi commencer.",
        PUBLIC_MISSION,
        "Responsables chez l’employeur, auteurs de leurs réponses.",
        "Pratiques en place dans l’établissement, preuves et commentaires facultatifs. Ni santé, ni nom de salarié.",
        "Les responsables de l’employeur. Un organisme, si l’employeur a choisi de partager avec lui, dans les limites "
        "qu’il a choisies, et tant qu’il ne l’a pas retiré.",
        "Commencé sans suite : un an après la dernière réponse. Terminé : cinq ans.",
    ),
    Treatment(
        "Demandes et écoutes d’un employeur",
        "Laisser un employeur dire quand l’appeler, et garder la trace de ce que ses équipes ont pu dire.",
        PUBLIC_MISSION,
        "Responsables chez l’employeur, auteurs de ce qu’ils notent.",
        "Un mois, une date, un mot ; l’outil, la date et les sujets d’une écoute. Aucune réponse de salarié.",
        "Une demande : ARS, Carsat et département. Une écoute : l’employeur seul, sauf partage.",
        "Tant que l’employeur le garde : ses responsables le retirent quand ils veulent.",
    ),
    Treatment(
        "Courriels et rappels",
        "Prévenir des échéances, envoyer les liens de connexion.",
        PUBLIC_MISSION,
        "Titulaires d’un compte.",
        "Adresse, objet, texte sans secret, dates d’envoi.",
        "La personne elle-même.",
        "Un an.",
    ),
    Treatment(
        "Demandes relatives aux données",
        "Répondre dans le mois, et pouvoir le montrer.",
        "Obligation légale (RGPD, art. 12 et 15 à 22).",
        "Toute personne qui fait une demande.",
        "Nom, adresse électronique, objet, réponse.",
        "L’administration de l’organisme concerné.",
        "Cinq ans après la réponse.",
    ),
)


@dataclass(frozen=True)
class Audience:
    """What one audience is told, under its own anchor."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]


AUDIENCES = (
    Audience(
        "agent",
        "Vous êtes agent d’un organisme",
        (
            "Votre nom, votre fonction et votre organisme figurent sur ce que vous écrivez : les partenaires "
            "savent à qui "
            "s’adresser. Vos connexions et vos consultations sensibles sont journalisées pour la sécurité, non "
            "pour mesurer "
            "votre travail.",
            "Ce que vous écrivez sur une personne peut lui être communiqué si elle le demande : tenez-vous aux "
            "faits utiles.",
        ),
    ),
    Audience(
        "employeur",
        "Vous êtes responsable chez un employeur",
        (
            "Votre établissement peut être suivi pour se voir proposer un appui ; vous pouvez demander à savoir "
            "s’il l’est, "
            "avec quels indicateurs, les faire corriger, et refuser l’appui sans conséquence. Ces dossiers ne "
            "servent ni au "
            "contrôle ni à la tarification.",
            "Vos coordonnées professionnelles servent à vous joindre ; aucune décision n’est prise automatiquement.",
        ),
    ),
    Audience(
        "contact",
        "Vous figurez parmi les contacts d’un employeur",
        (
            "Un organisme a noté vos nom, fonction et coordonnées professionnelles, de votre part ou de celle de votre "
            "employeur, pour vous joindre au sujet de la prévention. Vous en êtes informé au premier échange.",
            "Vous pouvez vous y opposer sans donner de raison détaillée : votre fiche n’est alors plus montrée "
            "à personne.",
        ),
    ),
    Audience(
        "signataire",
        "Vous êtes cité dans une note ou signataire d’un document",
        (
            "Les comptes rendus désignent les personnes rencontrées par leur fonction. Un document signé garde "
            "le nom de "
            "ses signataires aussi longtemps que le dossier.",
            "Vous signez une liste d’employeurs par délégation, sans compte ? Sont gardés vos nom, qualité et adresse, "
            "la délégation, votre réponse, son instant et l’adresse de votre connexion ; effacés avec la liste, deux "
            "ans après sa validité. Vos nom et qualité sont imprimés sur la feuille de signatures.",
            "Vous pouvez demander copie des passages qui vous concernent ; ils sont relus pour protéger les autres "
            "personnes citées.",
        ),
    ),
)

COLUMNS = {
    "id": "Numéro", "email": "Adresse électronique", "given_name": "Prénom", "family_name": "Nom",
    "full_name": "Nom complet", "is_enabled": "Compte ouvert",
    "organisation_id": "Organisme (numéro)", "employer_id": "Employeur (numéro)", "manager_function": "Responsabilité",
    "job_title": "Fonction", "is_coordinator": "Coordination", "is_administrator": "Administration",
    "starts_on": "Début", "opened_at": "Ouvert", "closed_at": "Refermé", "ends_on": "Fin",
    "withdrawn_on": "Interrompu le", "departs_on": "Départ", "suspended_on": "Suspendu le", "invited_at": "Invité le",
    "departements": "Départements", "revoked_on": "Retiré le",
    "own_departements": "Départements", "function": "Fonction", "phone": "Téléphone", "visibility": "Visible par",
    "left_on": "Départ", "objected_on": "Opposition", "case_id": "Dossier (numéro)", "since": "Depuis",
    "last_step": "Étape", "last_step_on": "Le", "kind": "Nature", "step": "Étape", "effective_on": "Date d’effet",
    "recorded_at": "Enregistré", "held_on": "Le", "created_at": "Écrit", "status": "État", "visited_on": "Le",
    "indicator": "Indicateur", "year": "Année",
    "title": "Titre", "file_name": "Fichier", "size": "Taille (octets)", "sector": "Secteur",
    "sector_confirmed_on": "Confirmé", "template": "Modèle", "subject": "Objet", "body": "Texte",
    "sent_at": "Envoyé", "message": "Message", "received_on": "Reçue", "due_on": "Réponse due",
    "reference": "Référence", "convention_id": "Convention (numéro)", "confirmed_on": "Confirmé le", "reason": "Motif",
    "written_at": "Écrit",
    "confirmed_at": "Confirmé", "used_at": "Utilisé", "issuer": "Fournisseur d’identité", "sub": "Identifiant chez lui",
    "verdict": "Réponse",
    "linked_at": "Relié", "how": "Manière", "browser": "Navigateur", "address": "Réseau", "seen_at": "Dernier usage",
    "expires_at": "Fin prévue", "ended_at": "Fin", "purpose": "Pour", "action": "Action", "request": "Page",
    "object_kind": "Objet", "object_id": "Objet (numéro)", "is_out_of_territory": "Hors territoire",
    "filters": "Filtres", "rows": "Lignes", "chain": "Chaîne", "number": "Rang",
    "field": "Champ", "campaign_id": "Liste (numéro)", "nature": "Sujet", "noted_on": "Constaté le",
    "frozen_at": "Figée le",
    "delegation": "Délégation", "named_at": "Désigné", "signatory_id": "Place de signataire (numéro)",
    "appointed_at": "Déléguée", "answered_at": "Répondu", "voided_at": "Caduque depuis",
    "structure_id": "Établissement (numéro)", "started_at": "Commencé", "submitted_at": "Terminé",
    "diagnostic_id": "Auto-diagnostic (numéro)", "pen_organisation_id": "Plume confiée à l’organisme (numéro)",
    "tool": "Outil", "themes": "Sujets", "until": "Jusqu’au", "told_at": "Dit le", "written_on": "Le",
    "set_at": "Fixé le",
    "pen_given_at": "Plume confiée", "sheet_id": "Feuille (numéro)", "statement": "Énoncé", "reply": "Réponse",
    "depth": "Étendue", "month": "Mois", "first_month": "Premier mois", "last_month": "Dernier mois",
    "asked_at": "Demandé", "changed_at": "Modifié", "entered_at": "Noté",
    "shared_at": "Partagé", "withdrawn_at": "Retiré",
    "state": "État", "visit_id": "Visite (numéro)", "answer": "Réponse", "answered_on": "Répondu",
}  # fmt: skip
"""What each exported column is called on the page « mes données »."""
