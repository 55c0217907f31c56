"""Who may read what, said a second time and otherwise than the application says it: tables, for a reader to check."""

from tests.leaks.ground import STATES, Secret, Topic
from tests.leaks.people import BODIES, CLOSED_BODY, PARTED, PARTIES, PEOPLE, SUSPENDED
from workflows.roles import Role

TIES = """
                 voisin municipal confirmer sans_dossier clain garonne frontiere etats
preventeur       T      T         T         T            T     .       E         T
referent         T      T         T         T            T     .       E         T
coordinatrice    T      T         T         T            T     .       E         T
departement      T      T         T         T            .     .       E         T
departement86    .      .         .         .            T     .       .         .
ailleurs         .      .         .         .            .     T       T         .
ars33            .      .         .         .            .     T       T         .
aract            I      .         .         .            .     .       .         .
prestataire      I      .         .         .            .     .       .         .
opco             I      .         .         .            .     .       .         .
cabinet_b        .      .         .         .            .     .       .         .
federation       M      .         .         .            .     .       .         .
federation_b     .      .         .         .            M     M       .         .
directrice       O      .         .         .            .     .       .         .
directeur_clain  .      .         .         .            N     .       .         .
dreets           .      .         .         .            .     .       .         .
observateur      .      .         .         .            .     .       .         .
admin            .      .         .         .            .     .       .         .
partie           .      .         .         .            .     .       .         .
suspendue        .      .         .         .            .     .       .         .
fermee           .      .         .         .            .     .       .         .
personne         .      .         .         .            .     .       .         .
"""
"""T: in the territory of a leading body, E: the employer so, its case elsewhere, I: invited on the case, M: member,
O: own, N: own and not told of the case yet. Personne is nobody signed in; the three above had a place once."""

READERS = """
            car:T ars:T dep:T ara:I pro:I fun:I fed:M emp:O emp:N
register    all   all   all   all   all   all   all   all   all
contact     wide  wide  wide  wide  wide  none  wide  emp   emp
progress    all   all   all   all   all   all   all   all   none
internal    all   all   all   all   all   all   none  none  none
note        wide  wide  wide  own   own   own   own   emp   none
visit       wide  wide  wide  own   own   none  none  emp   none
document    wide  wide  wide  own   own   own   own   emp   none
letter      own   own   own   own   own   own   own   emp   none
person      all   all   all   none  none  none  none  none  none
block       own   none  none  none  none  none  none  none  none
remark      all   all   all   none  none  none  none  all   all
figure      all   all   all   none  none  none  none  all   all
accident    all   none  none  none  none  none  none  all   all
cpom        all   all   all   all   none  none  none  all   all
aid         all   all   all   own   own   all   none  all   all
target_line all   all   all   none  none  none  all   none  none
frozen      all   all   all   none  none  none  all   none  none
target_note wide  wide  wide  none  none  none  own   none  none
proposal    all   all   all   none  none  none  own   none  none
appraisal   own   own   own   none  none  none  none  none  none
wish        all   all   all   none  none  none  none  all   all
told_voice  all   all   all   all   all   none  none  all   all
"""
"""all: whatever the audience; wide: own, or shared with partners; own: what one's organisation wrote;
emp: shared with the employer. A frozen text is for who reads all the départements of its list.
« car:T » leaves public employers out: there the Carsat reads register, progress, and that it is on a list."""

CODES = {
    Role.CARSAT: "car",
    Role.ARS: "ars",
    Role.DEPT: "dep",
    Role.ARACT: "ara",
    Role.PROVIDER: "pro",
    Role.FUNDER: "fun",
    Role.FEDERATION: "fed",
    Role.EMPLOYER: "emp",
}
PUBLIC = {"municipal"}
LIST_READERS = {
    "preventeur", "referent", "coordinatrice", "departement", "departement86", "federation", "federation_b",
}  # fmt: skip
"""Who reads that there is a list of the ARS over its two départements."""
LIST_RUNNERS = {"referent", "coordinatrice"}
MANAGERS = ("directrice", "directeur_clain")


def _ties() -> dict[str, dict[str, str]]:
    head, *lines = [line.split() for line in TIES.strip().splitlines()]
    found = {}
    for name, *cells in lines:
        of = dict(zip(head, cells, strict=True))
        found[name] = {**of, **dict.fromkeys(STATES, of.pop("etats"))}
    return found


def _readers() -> dict[tuple[str, str], str]:
    head, *lines = [line.split() for line in READERS.strip().splitlines()]
    return {(topic, code): cell for topic, *cells in lines for code, cell in zip(head, cells, strict=True)}


TIE, READS = _ties(), _readers()
EVERYBODY = tuple(TIE)


def role_of(name: str) -> Role | None:
    """The role of a person; None for nobody."""
    if name in MANAGERS:
        return Role.EMPLOYER
    return BODIES[PEOPLE[name]][0] if name in PEOPLE else None


def may_read(name: str, secret: Secret) -> bool:
    """Whether this person may read what a mark stands for."""
    if secret.topic is Topic.CONVENTION:
        return acts_for_a_body(name) and PEOPLE[name] in PARTIES[secret.employer]
    if secret.topic is Topic.IMPORT:
        return acts_for_a_body(name) and PEOPLE[name] == secret.owner
    if secret.topic in (Topic.DIAGNOSTIC, Topic.BAROMETER, Topic.VOICE):  # managers of the house alone
        return name == secret.owner
    if secret.topic in (Topic.SHARE, Topic.BAROMETER_SHARE):
        return acts_for_a_body(name) and PEOPLE[name] == secret.owner
    if secret.topic is Topic.TARGETING:
        return name in LIST_READERS
    if secret.topic is Topic.SIGNATORY:
        return acts_for_a_body(name) and (name in LIST_RUNNERS or PEOPLE[name] == secret.owner)
    if secret.topic is Topic.DELEGATE_ADDRESS:
        return acts_for_a_body(name) and PEOPLE[name] == secret.owner
    if secret.topic is Topic.CONNECTION:
        return False
    tie, role = TIE[name][secret.employer], role_of(name)
    if tie == "." or role is None:
        return False
    if tie == "E":  # the case lies elsewhere, and what hangs on it
        if secret.is_on_case:
            return False
        tie = "T"
    rule = READS[secret.topic.value, f"{CODES[role]}:{tie}"]
    told = (Topic.REGISTER, Topic.PROGRESS, Topic.TARGET_LINE, Topic.FROZEN)
    if role is Role.CARSAT and secret.employer in PUBLIC and secret.topic not in told:
        rule = "none"
    return _opens(rule, secret, own=bool(secret.owner) and secret.owner == PEOPLE.get(name))


def acts_for_a_body(name: str) -> bool:
    """Whether somebody acts for a body still, which reads its own conventions and files without any case."""
    return name in PEOPLE and name not in (PARTED, SUSPENDED, CLOSED_BODY)


def _opens(rule: str, secret: Secret, *, own: bool) -> bool:
    if rule in ("all", "none"):
        return rule == "all"
    if own:
        return True
    shared = {"wide": ("partners", "employer"), "emp": ("employer",), "own": ()}[rule]
    return secret.is_final and secret.visibility is not None and secret.visibility.value in shared


__all__ = ["EVERYBODY", "TIE", "may_read", "role_of"]
