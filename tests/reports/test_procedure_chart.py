"""The diagram of the procedure: complete, in order, accessible, and drawn from the declaration alone."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from reports.charts.procedure import place, procedure_svg
from reports.charts.procedure_layout import BOX_HEIGHT, BOX_WIDTH, Box, Layout
from workflows.core import Step, Workflow
from workflows.labels import LabelledEnum
from workflows.roles import Role
from workflows.support_case import MAIN_PATH, WORKFLOW, State

SVG = "{http://www.w3.org/2000/svg}"


class Errand(LabelledEnum):
    """A small procedure of our own, which the drawing has never seen."""

    ASKED = "asked", "Demandé"
    UNDER_WAY = "under_way", "En <route> & en vue"
    DONE = "done", "Fait"
    LOST = "lost", "Perdu"


def errand(*more: Step) -> Workflow:
    steps = (
        Step("leave", (Errand.ASKED,), Errand.UNDER_WAY, "Partir", by=(Role.ARS,)),
        Step("arrive", (Errand.UNDER_WAY,), Errand.DONE, "Arriver", by=(Role.ARS,)),
    )
    return Workflow("errand", Errand, Errand.ASKED, (*steps, *more), ended=frozenset({Errand.DONE}))


ROAD = ((Errand.ASKED,), (Errand.UNDER_WAY,), (Errand.DONE,))


@pytest.fixture(scope="module")
def svg() -> ET.Element:
    return ET.fromstring(procedure_svg(WORKFLOW, MAIN_PATH))


def words(svg: ET.Element) -> list[str]:
    """What is written in the drawing, box by box and line by line."""
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def discs(svg: ET.Element) -> list[tuple[float, float]]:
    return [(float(disc.attrib["cx"]), float(disc.attrib["cy"])) for disc in svg.iter(f"{SVG}circle")]


def numbers(svg: ET.Element) -> list[int]:
    return [int(line) for line in words(svg) if line.isdigit()]


def heads(workflow: Workflow, road: tuple[tuple[LabelledEnum, ...], ...]) -> int:
    return len(list(ET.fromstring(procedure_svg(workflow, road)).iter(f"{SVG}polygon")))


def box_of(state: State) -> Box:
    return place(Layout(WORKFLOW, MAIN_PATH)).boxes[state]


def test_every_state_is_named(svg: ET.Element) -> None:
    assert {state.label for state in State} <= set(words(svg))


def test_every_step_is_numbered_in_the_drawing_or_in_its_notes(svg: ET.Element) -> None:
    noted = {int(found[1]) for line in words(svg) if (found := re.match(r"(\d+)\. ", line))}
    assert noted | set(numbers(svg)) == set(range(1, len(WORKFLOW.steps) + 1))


def test_the_description_tells_every_step_to_those_who_do_not_see(svg: ET.Element) -> None:
    told = svg.findtext(f"{SVG}desc") or ""
    assert all(f". {step.label} : de " in told for step in WORKFLOW.steps)
    assert all(state.label in told for state in State)


def test_it_is_an_image_with_a_title_and_a_description(svg: ET.Element) -> None:
    names = {svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")}  # type: ignore[union-attr]
    assert svg.get("role") == "img"
    assert {svg.get("aria-labelledby"), svg.get("aria-describedby")} == names
    assert svg.findtext(f"{SVG}title") == "Schéma de la procédure"


def test_nothing_in_it_is_refused_by_the_security_policy(svg: ET.Element) -> None:
    attributes = {name for element in svg.iter() for name in element.attrib}
    tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert "style" not in attributes and not [name for name in attributes if name.startswith("on")]
    assert not tags & {"script", "style", "image", "foreignObject", "use"}


def test_the_main_path_goes_from_left_to_right() -> None:
    lefts = [box_of(states[0]).x for states in MAIN_PATH]
    assert lefts == sorted(lefts) and len(set(lefts)) == len(lefts)


def test_the_two_roads_stand_one_above_the_other() -> None:
    contract, objective = box_of(State.CONTRACT), box_of(State.CPOM_OBJECTIVE)
    assert contract.x == objective.x and contract.bottom < objective.y


def test_the_side_states_stand_below() -> None:
    lowest = max(box_of(state).bottom for states in MAIN_PATH for state in states)
    assert all(box_of(state).y > lowest for state in (State.REFUSED, State.OUT_OF_SCOPE, State.SUSPENDED))


def test_boxes_never_overlap_and_numbers_stay_off_them(svg: ET.Element) -> None:
    boxes = list(place(Layout(WORKFLOW, MAIN_PATH)).boxes.values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
    assert not [
        (x, y) for x, y in discs(svg) for box in boxes if box.x < x < box.right and box.y - 8 < y < box.bottom + 8
    ]


def test_numbers_never_hide_one_another(svg: ET.Element) -> None:
    placed = discs(svg)
    for number, (x, y) in enumerate(placed):
        assert all(abs(x - a) >= 20 or abs(y - b) >= 20 for a, b in placed[number + 1 :])


def test_everything_lies_within_the_frame(svg: ET.Element) -> None:
    left, top, width, height = (float(value) for value in svg.attrib["viewBox"].split())
    points = [
        (float(x), float(y))
        for path in svg.iter(f"{SVG}path")
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])
    ]
    assert len(points) > 50
    assert all(left <= x <= left + width and top <= y <= top + height for x, y in points)
    assert width <= 1158, "plus large que la page à 1280 pixels"


def test_a_step_open_from_many_states_is_written_once(svg: ET.Element) -> None:
    number = [step.slug for step in WORKFLOW.steps].index("correct") + 1
    notes = [line for line in words(svg) if line.startswith(f"{number}. Corriger")]
    assert len(notes) == 1 and "n’importe quel état" in notes[0]
    assert number not in numbers(svg)


def test_a_suspension_is_one_arrow_in_and_one_arrow_out(svg: ET.Element) -> None:
    slugs = [step.slug for step in WORKFLOW.steps]
    drawn = numbers(svg)
    assert [drawn.count(slugs.index(slug) + 1) for slug in ("suspend", "resume")] == [1, 1]


def test_a_new_step_is_drawn_without_a_change_here() -> None:
    back = Step("turn_back", (Errand.UNDER_WAY,), Errand.ASKED, "Revenir", by=(Role.ARS,))
    assert heads(errand(back), ROAD) == heads(errand(), ROAD) + 1
    assert "3. Revenir : de En &lt;route&gt; &amp; en vue vers Demandé." in procedure_svg(errand(back), ROAD)


def test_a_new_state_finds_its_place_below_when_the_main_path_leaves_it_out() -> None:
    lose = Step("lose", (Errand.UNDER_WAY,), Errand.LOST, "Perdre", by=(Role.ARS,))
    boxes = place(Layout(errand(lose), ROAD)).boxes
    assert boxes[Errand.LOST].y > boxes[Errand.UNDER_WAY].bottom


def test_a_label_cannot_break_the_page() -> None:
    drawing = procedure_svg(errand(), ROAD)
    assert "<route>" not in drawing and "&lt;route&gt;" in drawing


def test_a_state_between_two_others_still_has_its_lines() -> None:
    """The contract stands above the objective: a line from it to a side state goes round."""
    more = Step("give_up", (State.CONTRACT,), State.REFUSED, "Renoncer", by=(Role.ARS,))
    workflow = replace(WORKFLOW, steps=(*WORKFLOW.steps, more))
    assert heads(workflow, MAIN_PATH) == heads(WORKFLOW, MAIN_PATH) + 1
    route = next(r for r in place(Layout(workflow, MAIN_PATH)).routes if r.strand.number == len(workflow.steps))
    contract, objective = box_of(State.CONTRACT), box_of(State.CPOM_OBJECTIVE)
    assert route.lines[0][0] == (contract.right, contract.middle)
    assert route.lines[0][1][0] > objective.right


def test_two_drawings_of_one_procedure_are_the_same() -> None:
    assert procedure_svg(WORKFLOW, MAIN_PATH) == procedure_svg(WORKFLOW, MAIN_PATH)
