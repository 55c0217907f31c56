"""The signatories of a targeting list: who signs for whom, what each has answered, what keeps somebody from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.extensions import db
from app.models import (
    Capacity,
    Convention,
    ConventionDepartement,
    ConventionFamily,
    ConventionParty,
    PersonState,
    TargetingAnswer,
    TargetingCampaign,
    TargetingDelegate,
    TargetingSignatory,
    TargetingVersion,
    User,
)
from app.permissions import Actor, Kind, signing_roles, signs_lists
from app.queries.conventions import is_bound, is_in_force
from app.queries.users import is_working
from workflows.roles import Role
from workflows.targeting_list import Answer, ListState, Signature, parts_of
from workflows.targeting_texts import METHOD, FrozenList, difference


@dataclass(frozen=True)
class Seat:
    """The place of an organisation: its signatory, its answer in force, and what stands in the way.

    `trouble` says in French why the person named cannot sign; `is_open`, whether the organisation reads the list;
    `voided` is its last answer when a later version has made it void; `delegate`, who signs for it without an account.
    """

    signatory: TargetingSignatory
    answer: TargetingAnswer | None
    voided: TargetingAnswer | None
    trouble: str
    is_open: bool
    delegate: TargetingDelegate | None = None

    def as_signature(self) -> Signature:
        """Return what the procedure knows of it."""
        return signature_of(self.signatory, self.answer)


@dataclass(frozen=True)
class SheetRow:
    """A line of the signature sheet of a version, as it is printed: plain values.

    `answered_at` is in UTC, None while the answer is awaited; `read` are the digests of the texts that were read, by
    key, the method among them; `number` and `root` those of the version that was confirmed. `is_delegate`: the answer
    came through a link, without an account.
    """

    organisation_id: int
    organisation: str
    kind: Role
    person: str
    is_delegate: bool
    function: str
    delegation: str
    answer: Answer
    reason: str
    answered_at: datetime | None
    address: str
    number: int | None
    root: str
    read: tuple[tuple[str, str], ...]


def signature_of(signatory: TargetingSignatory, answer: TargetingAnswer | None) -> Signature:
    """Return an answer as the procedure knows it, awaited when there is none."""
    organisation = signatory.organisation
    given = (answer.answer, tuple(sorted(answer.read.items()))) if answer else (Answer.AWAITED, ())
    return Signature(organisation.short_name, organisation.kind, *given, signatory.part)


def signature_sheet(campaign: TargetingCampaign, version: TargetingVersion) -> tuple[SheetRow, ...]:
    """Return a line by organisation concerned: what it answered of this version, or of one before whose texts it kept.

    What was answered is told as it was signed, whoever signs for the organisation since.
    """
    seats = [seat for seat in _seats(campaign) if seat.is_concerned]
    answers = _in_force([seat.id for seat in seats])
    kept = {number: one for number, one in answers.items() if one.number <= version.number}
    return tuple(_row(seat, kept.get(seat.id)) for seat in seats)


def _row(seat: TargetingSignatory, answer: TargetingAnswer | None) -> SheetRow:
    signatory = seat.user.full_name if seat.user else ""
    told = answer or seat
    return SheetRow(
        organisation_id=seat.organisation_id,
        organisation=seat.organisation.name,
        kind=seat.organisation.kind,
        person=answer.signed_by if answer else signatory,
        is_delegate=bool(answer and answer.delegate_id),
        function=told.function,
        delegation=told.delegation,
        answer=answer.answer if answer else Answer.AWAITED,
        reason=answer.reason if answer else "",
        answered_at=answer.answered_at if answer else None,
        address=answer.address if answer else "",
        number=answer.number if answer else None,
        root=answer.root if answer else "",
        read=tuple(sorted(answer.read.items())) if answer else (),
    )


def list_seats(campaign: TargetingCampaign, *, today: date) -> list[Seat]:
    """Return the places of a list in sight that its last version concerns, the three bodies first; six statements."""
    seats = [seat for seat in _seats(campaign) if seat.is_concerned]
    numbers = [seat.id for seat in seats]
    answers, voided = _in_force(numbers), _voided(numbers)
    capacities, readers, delegates = _capacities(campaign), _readers(campaign, today), _delegates(numbers)
    return [
        Seat(
            seat,
            answers.get(seat.id),
            None if seat.id in answers else voided.get(seat.id),
            _trouble(seat, capacities.get(seat.id), today),
            seat.organisation_id in readers,
            delegates.get(seat.id),
        )
        for seat in seats
    ]


def signatures_awaited(seats: Iterable[Seat]) -> list[Signature]:
    """Return whose answers count for the quorum: of all who read the list, named or not, and of all who answered."""
    return [seat.as_signature() for seat in seats if seat.is_open or seat.answer]


def signatures_called(seats: Iterable[Seat]) -> list[Signature]:
    """Return those of the organisations for which somebody is named, with an account or without."""
    return [seat.as_signature() for seat in seats if seat.signatory.user_id or seat.delegate]


def get_seat(
    campaign: TargetingCampaign, organisation_id: int | None, *, lock: bool = False
) -> TargetingSignatory | None:
    """Return the place of an organisation on a list in sight, or None."""
    held = (TargetingSignatory.campaign_id == campaign.id, TargetingSignatory.organisation_id == organisation_id)
    statement = select(TargetingSignatory).where(*held, TargetingSignatory.is_concerned)
    if lock:  # whoever freezes or concludes waits for an answer under way, and the other way round
        statement = statement.with_for_update(of=TargetingSignatory).execution_options(populate_existing=True)
    return db.session.scalars(statement).first()


def list_places(campaign: TargetingCampaign) -> Sequence[TargetingSignatory]:
    """Return every place of a list under lock, those that its last version no longer concerns included."""
    held = select(TargetingSignatory).where(TargetingSignatory.campaign_id == campaign.id)
    ordered = held.order_by(TargetingSignatory.id).options(joinedload(TargetingSignatory.organisation))
    locked = ordered.with_for_update(of=TargetingSignatory).execution_options(populate_existing=True)
    return db.session.scalars(locked).all()


def get_answer(seat: TargetingSignatory) -> TargetingAnswer | None:
    """Return the answer in force of a place, or None."""
    return _in_force([seat.id]).get(seat.id)


def get_delegate(seat: TargetingSignatory) -> TargetingDelegate | None:
    """Return who signs for a place without an account, if somebody does."""
    return _delegates([seat.id]).get(seat.id)


def last_version(campaign: TargetingCampaign) -> TargetingVersion | None:
    """Return the last frozen version of a list in sight, without its texts."""
    held = select(TargetingVersion).where(TargetingVersion.campaign_id == campaign.id)
    return db.session.scalars(held.order_by(TargetingVersion.number.desc()).limit(1)).first()


def list_people_in_post(organisation_id: int, *, today: date) -> Sequence[Capacity]:
    """Return who may be named for an organisation: in post, and come at least once."""
    held = (Capacity.organisation_id == organisation_id, Capacity.invited_at.is_(None), is_working(today))
    people = select(Capacity).join(Capacity.user).where(*held, User.is_enabled).options(contains_eager(Capacity.user))
    return db.session.scalars(people.order_by(User.family_name, User.given_name, User.id)).all()


def list_to_sign(actor: Actor) -> Sequence[TargetingCampaign]:
    """Return the lists that await this very person's answer, in one statement; none for whose body signs none."""
    if not signs_lists(actor):
        return []
    answered = exists().where(
        TargetingAnswer.signatory_id == TargetingSignatory.id, TargetingAnswer.voided_at.is_(None)
    )
    held = and_(
        TargetingSignatory.user_id == actor.user_id,
        TargetingSignatory.organisation_id == actor.organisation_id,
        TargetingSignatory.is_concerned,
        TargetingCampaign.state == ListState.SIGNING,
        ~answered,
    )
    lists = select(TargetingCampaign).join(TargetingSignatory, TargetingSignatory.campaign_id == TargetingCampaign.id)
    return db.session.scalars(lists.where(held).order_by(TargetingCampaign.id)).all()


# --- What they are made of ----------------------------------------------------------------------------------


def _seats(campaign: TargetingCampaign) -> list[TargetingSignatory]:
    statement = (
        select(TargetingSignatory)
        .where(TargetingSignatory.campaign_id == campaign.id)
        .options(joinedload(TargetingSignatory.organisation), joinedload(TargetingSignatory.user))
    )
    kinds = signing_roles()
    return sorted(
        db.session.scalars(statement),
        key=lambda seat: (kinds.index(seat.organisation.kind), seat.organisation.short_name, seat.id),
    )


def _delegates(seats: Sequence[int]) -> Mapping[int, TargetingDelegate]:
    held = (TargetingDelegate.signatory_id.in_(seats), TargetingDelegate.withdrawn_at.is_(None))
    found = select(TargetingDelegate).where(*held).options(joinedload(TargetingDelegate.appointed_by))
    return {one.signatory_id: one for one in db.session.scalars(found)}


def _in_force(seats: Sequence[int]) -> Mapping[int, TargetingAnswer]:
    held = (TargetingAnswer.signatory_id.in_(seats), TargetingAnswer.voided_at.is_(None))
    people = (joinedload(TargetingAnswer.author), joinedload(TargetingAnswer.delegate))
    found = select(TargetingAnswer).where(*held).options(*people)
    return {one.signatory_id: one for one in db.session.scalars(found)}


def _voided(seats: Sequence[int]) -> Mapping[int, TargetingAnswer]:
    held = (TargetingAnswer.signatory_id.in_(seats), TargetingAnswer.voided_at.is_not(None))
    return {one.signatory_id: one for one in db.session.scalars(select(TargetingAnswer).where(*held).order_by("id"))}


def _capacities(campaign: TargetingCampaign) -> Mapping[int, Capacity]:
    held = (
        select(TargetingSignatory.id, Capacity)
        .join(
            Capacity,
            and_(
                Capacity.user_id == TargetingSignatory.user_id,
                Capacity.organisation_id == TargetingSignatory.organisation_id,
            ),
        )
        .where(TargetingSignatory.campaign_id == campaign.id)
    )
    return {number: capacity for number, capacity in db.session.execute(held)}


def _readers(campaign: TargetingCampaign, today: date) -> set[int]:
    """The organisations to which the list is open: its own, and those bound to it by a convention in force."""
    own = aliased(ConventionParty)
    bound = (
        select(ConventionParty.organisation_id)
        .join(Convention, Convention.id == ConventionParty.convention_id)
        .join(own, own.convention_id == Convention.id)
        .join(ConventionFamily, ConventionFamily.convention_id == Convention.id)
        .join(ConventionDepartement, ConventionDepartement.convention_id == Convention.id)
        .where(
            own.organisation_id == campaign.organisation_id,
            is_bound(own, today),
            is_bound(ConventionParty, today),
            is_in_force(today),
            ConventionFamily.family == Kind.TARGETING_LIST.value,
            ConventionDepartement.departement.in_(campaign.codes),
        )
        .distinct()
    )
    return {campaign.organisation_id, *db.session.scalars(bound)}


def _trouble(seat: TargetingSignatory, capacity: Capacity | None, today: date) -> str:
    if seat.user is None:
        return ""
    name, organisation = seat.user.full_name, seat.organisation.short_name
    state = capacity.state_on(today) if capacity else PersonState.GONE
    if state is PersonState.GONE or not seat.user.is_enabled:
        return f"{name} n’a plus accès à Jalon pour {organisation}."
    if state is PersonState.SUSPENDED:
        return f"L’accès de {name} pour {organisation} est suspendu."
    if state is PersonState.DEPARTED:
        return f"{name} a quitté son poste chez {organisation}."
    return ""


# --- What a version changed in one's own text ---------------------------------------------------------------


@dataclass(frozen=True)
class OwnChange:
    """What changed in the texts that a signatory reads since its last answer: names, in their order."""

    is_method: bool
    entrants: tuple[str, ...]
    leavers: tuple[str, ...]
    changed: tuple[str, ...]


def change_of(campaign: TargetingCampaign, seat: TargetingSignatory, number: int) -> OwnChange | None:
    """Return what a version changed for a place whose last answer it made void; None when it had none."""
    answered = _voided([seat.id]).get(seat.id)
    if answered is None:
        return None
    before, after = (_own_texts(campaign, seat, one) for one in (answered.number, number))
    method = [frozen.part(METHOD) for frozen in (before, after)]
    found = difference(before, after)
    is_method = method[0] is None or method[1] is None or method[0].digest != method[1].digest
    return OwnChange(is_method, found.entrants, found.leavers, found.changed)


def _own_texts(campaign: TargetingCampaign, seat: TargetingSignatory, number: int) -> FrozenList:
    held = (TargetingVersion.campaign_id == campaign.id, TargetingVersion.number == number)
    version = db.session.scalars(select(TargetingVersion).where(*held)).one()
    frozen = version.as_frozen()
    keys = parts_of(frozen, seat.organisation.kind, seat.part)
    return replace(frozen, parts=tuple(part for part in frozen.parts if part.key in keys))
