"""Whatever is altered in the journal is found, and said where; what left it by the rules is not missed."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from app.actions.erasure import erase_cases
from app.actions.journal import tell_erased
from app.actions.seals import drop_before
from app.extensions import db
from app.models import CaseEvent, JournalAction, JournalEntry, JournalSeal, ObjectKind, User
from app.models.digests import GENESIS, digest
from app.models.journal import LINKED, digest_of
from tests.actions.moves import take
from tests.journal import check, end, entries, fill, findings, seal, tamper
from tests.world import World

MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)
SEALED = datetime(2026, 11, 24, 7, tzinfo=UTC)
DAY = timedelta(days=1)
OTHER = "f" * 64

TAMPERINGS = {
    "an entry is edited": (
        "UPDATE journal_entries SET actor_id = 1 WHERE chain = {case} AND number = 3",
        "{case_label}, n° 3 : elle a été modifiée.",
    ),
    "its instant is edited": (
        "UPDATE journal_entries SET recorded_at = '2026-11-05 10:00:00' WHERE chain = {case} AND number = 2",
        "{case_label}, n° 2 : elle a été modifiée.",
    ),
    "an entry is deleted": (
        "DELETE FROM journal_entries WHERE chain = {case} AND number = 3",
        "{case_label}, n° 4 : il manque le n° 3 avant elle.",
    ),
    "several are": (
        "DELETE FROM journal_entries WHERE chain = 0 AND number = 1",
        "Comptes, droits et exports, n° 2 : il manque le n° 1 avant elle.",
    ),
    "the tail is cut": (
        "DELETE FROM journal_entries WHERE chain = {case} AND number > 4",
        "{case_label}, n° 6 : scellée (sceau n° 1), elle n’existe plus.",
    ),
    "the tail is cut, and the head that the case knows moved back": (
        "DELETE FROM journal_entries WHERE chain = {case} AND number > 4;"
        "UPDATE cases SET journal_number = 4, journal_digest = "
        "(SELECT digest FROM journal_entries WHERE chain = {case} AND number = 4) WHERE id = {case}",
        "{case_label}, n° 6 : scellée (sceau n° 1), elle n’existe plus.",
    ),
    "a whole chain is deleted": (
        "DELETE FROM journal_entries WHERE chain = {case}",
        "{case_label} : la tête connue est le n° 6, la chaîne s’arrête au n° 0.",
    ),
    "two entries change places": (
        "UPDATE journal_entries SET number = 1000 WHERE chain = {case} AND number = 2;"
        "UPDATE journal_entries SET number = 2 WHERE chain = {case} AND number = 3;"
        "UPDATE journal_entries SET number = 3 WHERE chain = {case} AND number = 1000",
        "{case_label}, n° 2 : elle ne suit pas la précédente : une entrée a été remplacée, ou l’ordre changé.",
    ),
    "an entry is moved to another chain": (
        "UPDATE journal_entries SET chain = {case}, number = 7 WHERE chain = {other} AND number = 2",
        "{case_label}, n° 7 : elle a été modifiée.",
    ),
    "an entry is added": (
        "INSERT INTO journal_entries (chain, number, recorded_at, action, object_kind, content, previous, digest) "
        f"VALUES (0, 3, '2026-11-24 06:00:00', 'signed_in', 'user', '{OTHER}', '{OTHER}', '{OTHER}')",
        "Comptes, droits et exports, n° 3 : elle a été modifiée.",
    ),
    "an action nobody knows": (
        "UPDATE journal_entries SET action = 'inconnue' WHERE chain = {case} AND number = 1",
        "{case_label}, n° 1 : elle a été modifiée.",
    ),
    "what happened is rewritten": (
        "UPDATE case_events SET motive = 'Autre motif' WHERE id = {event}",
        "{case_label}, n° 3 : l’événement n° {event} du dossier a été modifié.",
    ),
    "what happened is rewritten with a word nobody knows": (
        "UPDATE case_events SET kind = 'inconnu' WHERE id = {event}",
        "{case_label}, n° 3 : l’événement n° {event} du dossier a été modifié.",
    ),
    "what happened disappears": (
        "DELETE FROM case_events WHERE id = {event}",
        "{case_label}, n° 3 : l’événement n° {event} du dossier n’existe plus.",
    ),
    "something is said to have happened": (
        "INSERT INTO case_events (case_id, episode, kind, effective_on, recorded_at, summary, motive, facts,"
        " case_version) VALUES ({case}, 1, 'step', '2026-11-12', '2026-11-12 09:00:00', '', '', '{{}}', 7)",
        "{case_label} : l’événement n° {next_event} du dossier n’est pas passé par le journal.",
    ),
    "the head that a case knows": (
        "UPDATE cases SET journal_number = 9 WHERE id = {case}",
        "{case_label} : la tête connue est le n° 9, la chaîne s’arrête au n° 6.",
    ),
    "its digest": (
        f"UPDATE cases SET journal_digest = '{OTHER}' WHERE id = {{case}}",
        "{case_label} : la tête connue n’est pas son n° 6.",
    ),
    "a reading is deleted": (
        "DELETE FROM access_entries WHERE object_id = '1'",
        "Sceau n° 1 du 24/11/2026 : consultations scellées : 3, présentes : 2.",
    ),
    "a reading is edited": (
        "UPDATE access_entries SET user_id = 99 WHERE object_id = '1'",
        "Sceau n° 1 du 24/11/2026 : une des consultations de cette période a été modifiée.",
    ),
    "a reading is added": (
        "INSERT INTO access_entries (recorded_at, user_id, action, request, status, is_out_of_territory) "
        "VALUES ('2026-11-24 06:00:00', 1, 'read', 'GET cases.show', 200, false)",
        "Sceau n° 1 du 24/11/2026 : consultations scellées : 3, présentes : 4.",
    ),
    "a seal is edited": (
        f"UPDATE journal_seals SET access = '{OTHER}' WHERE number = 2",
        "Sceau n° 2 du 25/11/2026 : il a été modifié.",
    ),
    "a seal is deleted": (
        "DELETE FROM journal_seals WHERE number = 2",
        "Sceau n° 3 du 26/11/2026 : il manque le n° 2 avant lui.",
    ),
    "a head that a seal keeps": (
        f"UPDATE journal_seal_heads SET digest = '{OTHER}' WHERE seal = 1 AND chain = {{case}}",
        "Sceau n° 1 du 24/11/2026 : la liste des têtes de chaînes qu’il a gardée a été modifiée.",
    ),
    "a drop that nobody told": (
        "INSERT INTO journal_drops (chain, number, digest, dropped_at, told) SELECT chain, number, digest, "
        "'2026-11-26 09:00:00', 2 FROM journal_seal_heads WHERE chain = {case};"
        "DELETE FROM journal_entries WHERE chain = {case}",
        "Comptes, droits et exports, n° 2 : un retrait n’y est pas dit comme il a été fait ({case_label}).",
    ),
    "a drop beside the seals": (
        "INSERT INTO journal_drops (chain, number, digest, dropped_at, told) "
        f"VALUES ({{case}}, 4, '{OTHER}', '2026-11-26 09:00:00', 2)",
        "{case_label}, n° 4 : elle a été retirée sans être scellée.",
    ),
}


def sealed_journal(world: World) -> dict[str, str | int]:
    case, other = fill(world, MORNING)
    for number in range(3):
        seal(SEALED + number * DAY)
    events = db.session.scalars(select(CaseEvent.id).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
    last = db.session.scalars(select(CaseEvent.id).order_by(CaseEvent.id.desc())).first() or 0
    label = f"Dossier D-{case.id:05d}"
    return {
        "case": case.id,
        "other": other.id,
        "case_label": label,
        "event": events[2],
        "next_event": last + 1,
    }


@pytest.mark.parametrize("name", TAMPERINGS)
def test_an_alteration_is_found_and_said_where(app: Flask, world: World, name: str) -> None:
    names = sealed_journal(world)
    report = check()
    assert (report.findings, report.entries, report.chains, report.seals, report.accesses) == ([], 10, 3, 3, 3)
    statements, finding = TAMPERINGS[name]
    tamper(*statements.format(**names).split(";"))
    assert finding.format(**names) in findings()


def test_a_chain_forged_anew_from_its_start_is_found_by_the_seal(app: Flask, world: World) -> None:
    """Somebody who can write anywhere rewrites an entry, and every digest after it."""
    names = sealed_journal(world)
    forged, previous = [], GENESIS
    for entry in entries(int(names["case"])):
        row = {name: getattr(entry, name) for name in LINKED} | {"previous": previous}
        row["actor_id"] = 99 if entry.number == 3 else row["actor_id"]
        previous = digest_of(LINKED, row)
        forged += [
            f"UPDATE journal_entries SET actor_id = {row['actor_id']}, previous = '{row['previous']}', "
            f"digest = '{previous}' WHERE id = {entry.id}"
        ]
    tamper(*forged, f"UPDATE cases SET journal_digest = '{previous}' WHERE id = {names['case']}")
    assert findings() == [f"{names['case_label']}, n° 6 : elle n’est pas celle que le sceau n° 1 a gardée."]


def test_a_journal_cut_with_its_seals_is_found_by_those_kept_outside(app: Flask, world: World) -> None:
    sealed_journal(world)
    kept = {one.number: one.digest for one in db.session.scalars(select(JournalSeal))}
    assert findings(kept) == []
    tamper("DELETE FROM journal_seals WHERE number = 3", "DELETE FROM journal_seal_heads WHERE seal = 3")
    assert findings() == []
    gone = "Sceau n° 3 : gardé hors de la base, il n’y est plus : la fin du journal a été retirée."
    assert findings(kept) == [gone]
    assert findings({1: OTHER}) == ["Sceau n° 1 : celui de la base n’est pas celui qui a été gardé hors d’elle."]
    assert findings({2: kept[2]}) == ["Sceau n° 1 : il manque parmi ceux qui ont été gardés hors de la base."]


def test_the_database_refuses_to_rewrite_the_journal(app: Flask, world: World) -> None:
    names = sealed_journal(world)
    refused = [
        f"{act} {table}{'' if act.startswith('DELETE') else f' SET {column} = {column}'}"
        for table, column in (
            ("journal_entries", "number"),
            ("access_entries", "status"),
            ("journal_seals", "number"),
            ("journal_seal_heads", "number"),
        )
        for act in ("UPDATE", "DELETE FROM")
    ]
    refused += [
        f"INSERT INTO journal_drops (chain, number, digest, dropped_at, told) VALUES ({names['case']}, 4, '{OTHER}', "
        "'2026-11-26 09:00:00', 2)",
        f"INSERT INTO journal_drops (chain, number, digest, dropped_at, told) VALUES (-1, 9, '{OTHER}', "
        "'2026-11-26 09:00:00', 2)",
    ]
    for statement in refused:
        with pytest.raises(DBAPIError, match="journal"):
            db.session.execute(text(statement))
        db.session.rollback()
    assert findings() == []


# --- What leaves by the rules -----------------------------------------------------------------------------


def test_a_closed_period_leaves_its_sealed_head_and_verification_goes_on(app: Flask, world: World) -> None:
    names = sealed_journal(world)
    case_id, later = int(names["case"]), SEALED + 400 * DAY
    assert drop_before(later - 370 * DAY, now=later) == (8, 3), "six of the ended case, two of the accounts"
    db.session.commit()
    assert entries(case_id) == []
    assert [entry.action for entry in entries(0)] == [JournalAction.JOURNAL_DROPPED]
    assert [entry.number for entry in entries(int(names["other"]))] == [1, 2], "an open case keeps its own"
    assert findings() == []
    take(world.actor("referent"), case_id, "reopen", today=later.date())
    assert [entry.number for entry in entries(case_id)] == [7]
    seal(later + DAY)
    assert (check().entries, findings()) == (4, [])
    assert drop_before(later - 370 * DAY, now=later) == (0, 0), "once"
    db.session.commit()
    tamper(f"DELETE FROM journal_entries WHERE chain = {case_id}")
    assert f"{names['case_label']}, n° 7 : scellée (sceau n° 4), elle n’existe plus." in findings()


def test_the_chain_of_an_erased_case_leaves_like_the_others(app: Flask, world: World) -> None:
    """Else the entry that says it was erased would leave alone, and its events would be missed."""
    names, later = sealed_journal(world), SEALED + 400 * DAY
    erase_cases([int(names["case"])])
    tell_erased([int(names["case"])], now=SEALED)
    db.session.commit()
    seal(SEALED + 10 * DAY)
    assert findings() == []
    drop_before(later - 370 * DAY, now=later)
    db.session.commit()
    assert entries(int(names["case"])) == [] and findings() == []


def test_what_is_not_sealed_or_not_closed_stays(app: Flask, world: World) -> None:
    case, _ = fill(world, MORNING)
    assert drop_before(SEALED + DAY, now=SEALED + DAY) == (0, 0), "nothing is sealed"
    seal(SEALED)
    assert drop_before(MORNING - 60 * DAY, now=SEALED) == (0, 0), "nothing is that old"
    db.session.commit()
    assert (len(entries(case.id)), findings()) == (6, [])


def test_drops_follow_one_another_even_when_the_entry_that_told_of_one_has_left(app: Flask, world: World) -> None:
    _, other = fill(world, MORNING)
    seal(SEALED)
    drop_before(SEALED, now=SEALED + DAY)
    seal(SEALED + DAY)
    end(other, SEALED.date())
    assert drop_before(SEALED + 2 * DAY, now=SEALED + 2 * DAY) == (3, 0)
    db.session.commit()
    assert findings() == []
    tamper(f"UPDATE journal_drops SET number = 1 WHERE chain = {other.id}")
    assert any("n’y est pas dit comme il a été fait" in finding for finding in findings())


def test_a_person_and_a_case_that_are_erased_do_not_break_it(app: Flask, world: World) -> None:
    names = sealed_journal(world)
    author = world.user("referent")
    tamper(f"UPDATE case_events SET motive = '', actor_id = NULL WHERE case_id = {names['case']}")
    assert len(findings()) == 6
    case_id = world.case("Clain").id
    erase_cases([case_id])
    tell_erased([case_id], now=SEALED)
    author.given_name, author.family_name, author.email = "", "", f"{author.id}@efface.invalid"
    db.session.commit()
    assert findings() == []
    assert db.session.get_one(User, author.id).family_name == ""


# --- Size -------------------------------------------------------------------------------------------------


def _many(chain: int, count: int) -> None:
    """A sound chain of many entries, written straight into the tables."""
    previous, rows = GENESIS, []
    for number in range(1, count + 1):
        row = {
            "chain": chain,
            "number": number,
            "recorded_at": MORNING + timedelta(seconds=number),
            "actor_id": 1,
            "capacity_id": 1,
            "organisation_id": 1,
            "action": JournalAction.SIGNED_IN,
            "object_kind": ObjectKind.USER,
            "object_id": number,
            "content": digest({}),
            "previous": previous,
        }
        previous = row["digest"] = digest_of(LINKED, row)
        rows.append(row)
    for start in range(0, count, 5_000):
        db.session.execute(insert(JournalEntry), rows[start : start + 5_000])
    db.session.execute(text(f"UPDATE journal_heads SET number = {count}, digest = '{previous}' WHERE chain = {chain}"))
    db.session.commit()


def _peak(count: int) -> float:
    """The most memory that reading these entries takes, in megabytes."""
    tracemalloc.start()
    report = check()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (report.findings, report.entries) == ([], count)
    return most / 1e6


@pytest.mark.parametrize("count", [6_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_long_journal_is_read_in_little_memory(app: Flask, world: World, count: int) -> None:
    _many(0, count)
    _peak(count)  # what is loaded once, whatever the length
    assert _peak(count) < 12
    tamper(f"DELETE FROM journal_entries WHERE chain = 0 AND number = {count // 2}")
    assert findings() == [f"Comptes, droits et exports, n° {count // 2 + 1} : il manque le n° {count // 2} avant elle."]
