"""What the second wall lets through to each person of the ground of `tests/leaks`, said otherwise than by its rules."""

from tests.leaks.ground import Secret, Topic
from tests.leaks.people import PEOPLE
from tests.leaks.readers import LIST_READERS, TIE, role_of
from workflows.roles import Role

LEADS = (Role.ARS, Role.CARSAT, Role.DEPT)
KEPT_TO = {
    Topic.CPOM: (*LEADS, Role.ARACT, Role.EMPLOYER),
    Topic.AID: (*LEADS, Role.FUNDER, Role.EMPLOYER),
}
UNGUARDED = (Topic.CONVENTION, Topic.PERSON)


def lets_through(name: str, secret: Secret) -> bool:
    """Tell whether the database may show this person what a mark stands for, were the judge not there."""
    if secret.topic in UNGUARDED:
        return True
    if secret.topic is Topic.BLOCK:
        return secret.owner == PEOPLE.get(name)
    if secret.topic in (Topic.DIAGNOSTIC, Topic.VOICE):
        return name == secret.owner
    if secret.topic is Topic.SHARE:  # the house finds the copies that it made
        return name == "directrice" or PEOPLE.get(name) == secret.owner
    if secret.topic is Topic.ACCIDENT and role_of(name) not in (Role.CARSAT, Role.EMPLOYER):
        return False
    if secret.topic in KEPT_TO and role_of(name) not in KEPT_TO[secret.topic]:
        return False
    if secret.topic is Topic.REMARK and name in ("referent", "ailleurs") and secret.where.startswith("figure_remarks"):
        return True  # whom the ground makes their author
    if secret.topic is Topic.IMPORT:
        return secret.owner == PEOPLE.get(name)
    if name == "preventeur" and secret.where.startswith("case_events"):
        return True  # whom the ground makes the author of every event: one's own acts stay open to oneself
    if secret.topic is Topic.FROZEN:  # the three bodies sign the whole: the judge closes what is not all theirs
        return name in LIST_READERS if role_of(name) in LEADS else TIE[name][secret.employer] == "M"
    if secret.topic in (Topic.TARGETING, Topic.SIGNATORY, Topic.DELEGATE_ADDRESS, Topic.CONNECTION):
        return name in LIST_READERS
    tie = TIE[name][secret.employer]
    if secret.topic in (Topic.TARGET_NOTE, Topic.PROPOSAL):
        return _lets_what_is_said_of_a_list(name, secret, tie)
    if tie == "." or (secret.is_on_case and tie in "EN"):
        return False
    if role_of(name) is Role.EMPLOYER:
        return secret.is_final and (secret.visibility is None or secret.visibility.value == "employer")
    is_own = bool(secret.owner) and secret.owner == PEOPLE.get(name)
    if secret.topic is Topic.LETTER:  # an employer's figures go to no third body
        return is_own
    is_shared = secret.visibility is None or secret.visibility.value != "organisation"
    return is_own or (secret.is_final and is_shared)


def _lets_what_is_said_of_a_list(name: str, secret: Secret, tie: str) -> bool:
    """One's own organisation's, or between the three bodies where the employer lies."""
    if secret.owner == PEOPLE.get(name):
        return True
    is_shared = secret.visibility is not None and secret.visibility.value == "partners"
    return role_of(name) in LEADS and tie in ("T", "E") and is_shared
