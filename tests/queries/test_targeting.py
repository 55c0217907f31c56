"""Who reads what of a targeting list: lines, figures, notes and counts, by person; a bounded number of statements."""

from datetime import date

import pytest
from sqlalchemy import select

from app.actions import targeting_notes as actions
from app.extensions import db
from app.models import Convention, Employer, TargetingCampaign, TargetingLine, Visibility
from app.permissions import campaign_places, figure_places, may_read_figures_of
from app.queries import targeting as queries
from app.queries.employers import get_employer
from app.queries.targeting import LineFilters
from app.queries.targeting_collisions import list_collisions
from tests.factories import make_case
from tests.targeting import NOW, TODAY, add_lines, compute, make_campaign, make_public, make_region
from tests.world import POITOU, World
from workflows.support_case import State
from workflows.targeting_list import ListState
from workflows.targeting_proposals import NoteNature, ProposalKind, Reason
from workflows.targeting_scope import Route, route_of


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A list of the ARS, in consultation: thirty employers, half in each département, besides those of the world."""
    make_region(world, 30)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    campaign.state = ListState.CONSULTATION
    db.session.commit()
    return campaign


def names(world: World, who: str, campaign: TargetingCampaign, **filters: str) -> set[str]:
    actor = world.actor(who)
    found = queries.get_campaign(actor, campaign.id)
    lines = queries.list_lines(actor, found, LineFilters(**filters)) if found else []
    assert len(lines) == (queries.count_lines(actor, found, LineFilters(**filters)) if found else 0)
    return {line.employer.name for line in lines}


ALL = {f"Association {n:03d}" for n in range(30)} | {
    "Association Les Tilleuls", "CCAS de Niort", "Mutuelle du Clain"
}  # fmt: skip
IN_79 = {f"Association {n:03d}" for n in range(1, 30, 2)} | {"Association Les Tilleuls", "CCAS de Niort"}


@pytest.mark.parametrize(
    ("who", "read"),
    [
        ("coordinatrice", ALL),
        ("referent", ALL),
        ("preventeur", ALL),
        ("departement", IN_79),
        ("federation", {"Association 002", "Association Les Tilleuls"}),
        ("aract", set()),
        ("dreets", set()),
        ("directrice", set()),
        ("prestataire", set()),
        ("observateur", set()),
        ("admin", set()),
        ("ailleurs", set()),
    ],
)
def test_each_reads_the_lines_of_its_territory_or_of_its_members(
    world: World, campaign: TargetingCampaign, who: str, read: set[str]
) -> None:
    assert names(world, who, campaign) == read
    actor = world.actor(who)
    assert {one.id for one in queries.list_campaigns(actor)} == ({campaign.id} if read else set())
    found = queries.get_campaign(actor, campaign.id)
    if found:
        assert sum(queries.count_standings(actor, found).counts.values()) == len(read)


def test_a_federation_sees_no_draft(world: World, campaign: TargetingCampaign) -> None:
    campaign.state = ListState.DRAFT
    db.session.commit()
    assert names(world, "federation", campaign) == set() and names(world, "preventeur", campaign) == ALL


def test_nothing_flows_without_a_convention(world: World, campaign: TargetingCampaign) -> None:
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    convention.closed_on = TODAY
    db.session.commit()
    readers = ("referent", "preventeur", "departement", "federation")
    assert [who for who in readers if names(world, who, campaign)] == ["referent"]


def test_figures_are_for_those_who_read_them_where_they_are(world: World, campaign: TargetingCampaign) -> None:
    places = {who: figure_places(world.actor(who), campaign) for who in ("referent", "preventeur", "departement")}
    assert places == {"referent": {"79", "86"}, "preventeur": {"79", "86"}, "departement": {"79"}}
    assert campaign_places(world.actor("departement"), campaign) == {"79"}
    assert figure_places(world.actor("federation"), campaign) == set()
    campaign.owners = [*campaign.owners, 0]
    assert figure_places(world.actor("preventeur"), campaign) == set()
    assert figure_places(world.actor("referent"), campaign) == {"79", "86"}
    whose = world.employer("Association 029")
    assert [len(queries.list_scores(world.actor(who), campaign, whose)) for who in ("referent", "federation")] == [1, 0]


def test_whose_accidents_a_list_weighs_open_its_figures_too(world: World, campaign: TargetingCampaign) -> None:
    number = world.employer("Association 029").id

    def reads(who: str) -> bool:
        actor = world.actor(who)
        employer = get_employer(actor, number)
        return employer is not None and may_read_figures_of(actor, campaign, employer)

    readers = ("referent", "preventeur", "departement", "federation")
    campaign.claim_owners = [world.organisation("Carsat Poitou").id]
    assert [who for who in readers if reads(who)] == ["referent", "preventeur", "departement"]
    campaign.claim_owners = [world.organisation("Carsat Gironde").id]
    assert not any(reads(who) or figure_places(world.actor(who), campaign) for who in readers)


def test_notes_stay_where_their_author_leaves_them(world: World, campaign: TargetingCampaign) -> None:
    for who, visibility in (
        ("departement", Visibility.PARTNERS),
        ("departement", Visibility.ORGANISATION),
        ("preventeur", Visibility.PARTNERS),
        ("federation", Visibility.PARTNERS),
    ):
        _note(world, campaign, "Tilleuls", who, visibility)
    whose = world.employer("Tilleuls")
    read = {
        who: sorted(note.wording for note in queries.list_notes(world.actor(who), campaign, whose))
        for who in ("referent", "preventeur", "departement", "federation")
    }
    shared = ["departement, partners", "federation, partners", "preventeur, partners"]
    assert read == {
        "referent": shared,
        "preventeur": shared,
        "departement": ["departement, organisation", *shared],
        "federation": ["federation, partners"],
    }
    make_public(whose)
    assert queries.list_notes(world.actor("preventeur"), campaign, whose) == []


def _note(world: World, campaign: TargetingCampaign, name: str, who: str, visibility: Visibility) -> None:
    actor = world.actor(who)
    whose = get_employer(actor, world.employer(name).id)
    assert whose
    terms = actions.NoteTerms(NoteNature.OTHER, TODAY, True, f"{who}, {visibility.value}", visibility)
    actions.add_note(campaign, whose, terms, actor=actor, today=TODAY, now=NOW)


def test_filters_and_searches_stay_within_what_is_read(world: World, campaign: TargetingCampaign) -> None:
    make_public(world.employer("Association 028"))
    assert names(world, "referent", campaign, standing="first") == {f"Association {n:03d}" for n in range(27, 30)}
    assert names(world, "referent", campaign, standing="to_qualify") == {"Association 001"}
    assert names(world, "referent", campaign, route="public") == {"Association 028", "CCAS de Niort"}
    assert names(world, "referent", campaign, departement="79") == IN_79
    number = f"association {world.employer('Association 029').siren}"  # no other number holds it by chance
    assert names(world, "referent", campaign, q=number) == {"Association 029"}
    assert names(world, "federation", campaign, q=number) == set()
    assert names(world, "federation", campaign, departement="79") == {"Association Les Tilleuls"}
    assert names(world, "referent", campaign, origin="terrain") == set()
    federation = get_employer(world.actor("federation"), world.employer("Association 002").id)
    assert federation
    terms = actions.ProposalTerms(ProposalKind.RAISE, Reason.UNSEEN, "Tension.")
    actions.propose(campaign, federation, terms, actor=world.actor("federation"), today=TODAY, now=NOW)
    for who in ("referent", "preventeur", "federation"):
        assert names(world, who, campaign, origin="proposition") == {"Association 002"}


def test_the_route_in_sql_is_that_of_the_rule(world: World) -> None:
    employers = db.session.scalars(select(Employer)).all()
    for route in Route:
        found = set(db.session.scalars(select(Employer.id).where(queries.has_route(route))))
        assert found == {one.id for one in employers if route_of(one.sector, one.scheme) is route}, route
    assert [route_of(*one) for one in (("public", None), ("private", "agricole"), ("private", "general"))] == [
        Route.PUBLIC, Route.MSA, Route.CARSAT
    ]  # fmt: skip
    assert route_of("to_confirm", "general") is Route.TO_CONFIRM is route_of("private", "mixed")


def test_what_is_under_way_is_told_before_anybody_is_asked(world: World, campaign: TargetingCampaign) -> None:
    carsat = world.organisation("Carsat Poitou")
    open_, recent, old, quiet = (world.employer(f"Association {n:03d}") for n in (10, 11, 12, 13))
    make_case(open_, state=State.CONTRACT, lead=carsat)
    make_case(recent, state=State.REFUSED, lead=carsat, entered_on=date(2026, 3, 1))
    make_case(old, state=State.REFUSED, lead=carsat, entered_on=date(2025, 3, 1))
    actor = world.actor("coordinatrice")
    whose = get_employer(actor, quiet.id)
    assert whose
    terms = actions.ProposalTerms(ProposalKind.POSTPONE, Reason.CRISIS, "Fusion.", until=date(2027, 4, 1))
    proposal = actions.propose(campaign, whose, terms, actor=actor, today=TODAY, now=NOW)
    actions.decide(campaign, whose, proposal, accepts=True, answer="", version=proposal.version, actor=actor, now=NOW)
    found = list_collisions(actor, [one.id for one in (open_, recent, old, quiet)], today=TODAY)
    assert {number: [one.words for one in told] for number, told in found.items()} == {
        open_.id: ["Contrat de prévention en cours, Carsat Poitou"],
        recent.id: ["N’a pas donné suite le 01/03/2026"],
        quiet.id: ["Ne pas solliciter avant le 01/04/2027"],
    }
    assert list_collisions(actor, [], today=TODAY) == {}


def test_pages_of_lines_follow_one_another_without_a_gap(world: World, campaign: TargetingCampaign) -> None:
    add_lines(campaign, 160)
    actor, found, after = world.actor("coordinatrice"), list[str](), None
    for _ in range(10):
        lines = queries.list_lines(actor, campaign, LineFilters(), after=after)
        found += [line.employer.name for line in lines[: queries.PAGE]]
        if len(lines) <= queries.PAGE:
            break
        last = lines[queries.PAGE - 1]
        after = (queries.cursor_value(last), last.employer_id)
    assert len(found) == len(set(found)) == len(ALL) + 160
    everybody = db.session.scalars(select(TargetingLine).where(TargetingLine.campaign_id == campaign.id))
    ranks = {line.employer.name: queries.cursor_value(line)[0] for line in everybody}
    assert [ranks[name] for name in found] == sorted(ranks[name] for name in found)


def test_a_list_of_five_thousand_is_read_in_a_bounded_number_of_statements(
    world: World, campaign: TargetingCampaign, statements: list[str]
) -> None:
    actor, few = world.actor("coordinatrice"), 0
    for size in (0, 5_000):
        add_lines(campaign, size)
        db.session.commit()
        found = queries.get_campaign(actor, campaign.id)
        assert found and found.codes
        statements.clear()
        lines = queries.list_lines(actor, found, LineFilters(q="association", departement="79"))
        queries.count_lines(actor, found, LineFilters(q="association", departement="79"))
        queries.count_standings(actor, found)
        list_collisions(actor, [line.employer_id for line in lines], today=TODAY)
        assert [line.employer.name for line in lines] and len(statements) <= 6
        few = few or len(statements)
        assert len(statements) == few
