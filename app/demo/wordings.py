"""What people say and write in the histories of the demonstration: notes, motives, names, functions."""

from app.models import Source

GIVEN_NAMES = (
    "Amandine", "Béatrice", "Catherine", "Delphine", "Émilie", "Florence", "Gaëlle", "Isabelle", "Jacqueline",
    "Karim", "Laurent", "Mehdi", "Nathalie", "Olivier", "Pascal", "Philippe", "Rachel", "Stéphane", "Virginie",
    "William",
)  # fmt: skip
FAMILY_NAMES = (
    "Archambeau", "Bellivier", "Boisdron", "Chagneau", "Coutineau", "Delavault", "Durivault", "Fradet", "Girardeau",
    "Grelier", "Jousseaume", "Lavergnolle", "Micheneau", "Naudon", "Pasquereau", "Pineaud", "Rambault", "Sabourault",
    "Thibaudeau", "Vergnault",
)  # fmt: skip
DIRECTION = ("Directrice", "Directeur")
OTHER_FUNCTIONS = {
    "elderly": ("Infirmière coordinatrice", "Responsable hôtelière", "Médecin coordonnateur"),
    "home_care": ("Responsable de secteur", "Coordinatrice des tournées", "Référente formation"),
    "disability": ("Cheffe de service éducatif", "Responsable des moyens généraux", "Infirmier"),
}

CALLS = (
    "Appel de la direction : l’équipe attend d’abord des repères sur l’organisation des plannings.",
    "Point téléphonique avec la direction. Le recrutement de deux soignants est en cours, rappel convenu.",
    "Échange avec le secrétariat, la direction rappelle en fin de semaine.",
    "La direction souhaite associer le CSE dès le premier rendez-vous.",
    "Appel pour préparer la venue sur place : deux unités seront vues, l’équipe de nuit sera associée.",
    "La direction demande ce qui distingue notre venue d’un contrôle ; explications données, accueil favorable.",
)
MAILS = (
    "Courriel de présentation de la démarche, avec la fiche des aides possibles.",
    "Envoi des disponibilités pour un rendez-vous et du rappel sur la confidentialité des échanges.",
    "Réception des éléments demandés : organigramme, tableau des absences par unité, plan de formation.",
    "Message de la direction : le document unique est en cours de mise à jour avec le service de santé au travail.",
)
MEETINGS = (
    "Rencontre avec la direction et une élue du CSE. Priorités partagées : transferts des résidents, remplacements.",
    "Réunion sur place avec l’encadrement. L’équipe propose de tester une réunion d’unité courte et régulière.",
    "Visioconférence avec la direction et le siège : calendrier du diagnostic arrêté ensemble.",
    "Rencontre de l’encadrement de proximité : besoin d’un appui sur l’accueil des nouveaux professionnels.",
)
NOTES_WITHOUT_CASE = (
    "Croisée lors d’une réunion départementale, la direction s’intéresse à la démarche. À rappeler au printemps.",
    "Appel spontané : la structure cherche des repères sur les aides à l’achat de matériel.",
    "Question sur l’analyse des accidents avec les équipes, documentation envoyée.",
    "La structure a lancé seule un travail sur les plannings et se propose d’en témoigner.",
)

OPENING_MOTIVES = {
    Source.TARGETING_LIST: (
        "Retenu en réunion territoriale, d’un commun accord.",
        "Proposé par les partenaires du département : équipe volontaire, encadrement récemment renouvelé.",
        "Inscrit sur la liste cosignée de l’année, au titre du territoire.",
    ),
    Source.EMPLOYER_REQUEST: (
        "Demande reçue après une réunion d’information.",
        "La direction a écrit pour connaître les appuis possibles.",
    ),
    Source.ALERT: (
        "Signalé par un partenaire qui connaît bien la structure.",
        "Un partenaire a proposé un échange à l’équipe, qui l’a accepté.",
    ),
}
STEP_MOTIVES = {
    "refuse": (
        "La direction est mobilisée par la reconstruction du bâtiment et préfère reprendre contact plus tard.",
        "L’employeur mène déjà une démarche avec son siège et ne souhaite pas la doubler.",
        "L’équipe de direction change : pas de suite pour le moment.",
    ),
    "suspend": (
        "Administration provisoire en cours : reprise à convenir avec le nouvel administrateur.",
        "Rapprochement avec un autre gestionnaire, le périmètre est en discussion.",
        "Absence longue de la direction, l’équipe demande une pause.",
    ),
    "declare_out_of_scope": (
        "La structure a cessé son activité.",
        "L’activité relève d’un autre champ que le médico-social.",
    ),
    "close": (
        "Le programme est terminé et le bilan partagé avec l’équipe.",
        "Les engagements sont tenus, l’équipe poursuit seule.",
    ),
    "reopen": (
        "L’équipe demande un nouvel appui après l’ouverture d’une unité.",
        "La nouvelle direction souhaite reprendre la démarche.",
    ),
    "correct": ("Étape enregistrée par erreur sur ce dossier, l’employeur poursuit la démarche.",),
    "resume": ("La situation est stabilisée, le calendrier reprend.",),
}
STATUS_COMMENTS = (
    "",
    "",
    "Présent aux prochains rendez-vous.",
    "À revoir au prochain comité technique.",
    "Peut accueillir l’équipe dans un groupe d’échange entre pairs.",
    "Convention de moyens en préparation.",
    "Formation des encadrants prévue au second semestre.",
)
