"""The members of a federation: added, and taken out when their membership ends or the list is said complete."""

from collections.abc import Sequence

from sqlalchemy import Table, delete, insert, select

from app.actions.incoming.handling import ELSEWHERE, Change, Context, Effect, Opened, TableHandler, Verdict
from app.actions.incoming.register import Body, employers_by
from app.extensions import db
from app.models import Employer, FederationMember
from app.readers.kinds.members import MEMBERS, MemberRow
from app.readers.layouts import RowReading
from workflows.import_run import ImportKind

TABLE: Table = FederationMember.__table__  # type: ignore[assignment]
UNKNOWN = "SIREN {siren} inconnu du répertoire : demandez à votre ARS d’importer FINESS, puis redonnez la liste."
KEPT = "Des lignes sont refusées : aucun adhérent absent de la liste n’est retiré. Corrigez-les, puis redonnez-la."


class MembersHandler(TableHandler):
    """Rows of an employer, by its SIREN."""

    kind = ImportKind.MEMBERS
    layouts = (MEMBERS,)
    has_removals = True

    def treat(self, rows: Sequence[RowReading], context: Context) -> list[Verdict]:
        """Say what each row does, and do it unless the context is a dry run."""
        bodies = employers_by(Employer.siren, {reading.row.siren for reading in rows})
        known = _members(context)
        verdicts, added, ended = [], [], []
        for reading in rows:
            row: MemberRow = reading.row
            body = bodies.get(row.siren)
            verdict = _verdict(row, body, known, context)
            verdicts.append(verdict)
            if body and verdict.effect is Effect.CREATE:
                added.append(body.id)
            if body and verdict.effect is Effect.UPDATE:
                ended.append(body.id)
        if not context.is_dry_run:
            _add(sorted(set(added)), context)
            _take_out(ended, context)
        return verdicts

    def finish(self, opened: Opened, context: Context, rejected: int) -> list[str]:
        """Take out those who are not in a list that is said complete; return what was done, in words."""
        if not context.options.get("is_complete"):
            return []
        if rejected:
            return [KEPT]
        present = {result.row.siren for result in opened.results() if result.row is not None}
        listed = {body.id for body in employers_by(Employer.siren, present).values()}
        absent = sorted(_members(context) - listed)
        if not context.is_dry_run:
            _take_out(absent, context)
        plural = "s" if len(absent) > 1 else ""
        return [f"{len(absent)} adhérent{plural} absent{plural} de la liste : retiré{plural} des adhérents."]


def _members(context: Context) -> set[int]:
    own = select(TABLE.c.employer_id).where(TABLE.c.organisation_id == context.organisation_id)
    return set(db.session.scalars(own))


def _verdict(row: MemberRow, body: Body | None, known: set[int], context: Context) -> Verdict:
    if body is None:
        return Verdict(row.line, Effect.REJECT, row.name or row.siren, UNKNOWN.format(siren=row.siren))
    if body.places and all(context.is_elsewhere(place) for place in body.places):
        why = ELSEWHERE.format(departement=", ".join(sorted(body.places)))
        return Verdict(row.line, Effect.REJECT, body.name, why)
    is_over = row.until is not None and row.until < context.today
    if is_over:
        effect = Effect.UPDATE if body.id in known else Effect.UNCHANGED
        return Verdict(row.line, effect, f"{body.name} : adhésion terminée")
    return Verdict(row.line, Effect.UNCHANGED if body.id in known else Effect.CREATE, f"{body.name} : adhérent")


def _add(employer_ids: list[int], context: Context) -> None:
    if employer_ids:
        rows = [{"organisation_id": context.organisation_id, "employer_id": number} for number in employer_ids]
        db.session.execute(insert(TABLE), rows)
        context.changes += [Change(TABLE.name, number) for number in employer_ids]


def _take_out(employer_ids: list[int], context: Context) -> None:
    if employer_ids:
        own = (TABLE.c.organisation_id == context.organisation_id, TABLE.c.employer_id.in_(employer_ids))
        db.session.execute(delete(TABLE).where(*own))
        context.changes += [Change(TABLE.name, number, before={"employer_id": number}) for number in employer_ids]
