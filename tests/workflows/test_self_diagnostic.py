"""The self-diagnostic: its statements, what replies come to, before and after on the same words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.self_diagnostic import (
    Level,
    Reply,
    Sheet,
    changes,
    count_replies,
    has_enough,
    identical,
    level_of,
    result,
    rounded,
)
from workflows.self_diagnostic_questions import FOLDER, Questionnaire, Setting, Topic, parse, questionnaire

WHOLE = questionnaire()
ASKED = WHOLE.asked(Setting.ESTABLISHMENT)
THEMES = [theme.slug for theme in ASKED.themes]


def sheet(**themes: str) -> dict[str, Reply]:
    """« 3 3 nc nsp » by theme, « - » for what is not answered; `rest` for the themes that are not named."""
    rest = themes.pop("rest", "- - - -")
    found = {}
    for theme in ASKED.themes:
        for statement, word in zip(theme.statements, themes.get(theme.slug, rest).split(), strict=True):
            if word != "-":
                found[statement.code] = Reply(word)
    return found


def value(told: dict[str, Reply], theme: str = "t1") -> Fraction | None:
    return next(one.value for one in result(ASKED, [told]).themes if one.theme.slug == theme)


# --- The statements ---------------------------------------------------------------------------------------


def test_eight_themes_of_four_statements_wherever_one_works() -> None:
    assert [theme.slug for theme in WHOLE.themes] == [f"t{number}" for number in range(1, 9)]
    for setting in (Setting.ESTABLISHMENT, Setting.HOME):
        assert [len(theme.statements) for theme in WHOLE.asked(setting).themes] == [4] * 8
    only = {setting: WHOLE.asked(setting).find("T3d-E") is not None for setting in Setting}
    assert only == {Setting.ESTABLISHMENT: True, Setting.HOME: False, Setting.BOTH: True}
    assert len(WHOLE.asked(Setting.BOTH).statements) == 33


def test_statements_are_short_positive_and_hold_one_idea() -> None:
    for statement in WHOLE.statements:
        words = statement.text.rstrip(".").split()
        assert len(words) <= 14, statement.text
        assert statement.text.count(".") == 1 and statement.text.endswith("."), statement.text
        assert not {"ne", "pas", "aucun", "sans", "jamais", "manque"} & {one.lower() for one in words}, statement.text
        assert 0 < len(statement.help.split()) <= 20, statement.help
    told = " ".join(one.text + one.help + one.look_first for one in WHOLE.statements)
    told += " ".join(one.about + one.first + one.further for one in WHOLE.themes)
    assert "'" not in told


def test_what_is_shared_apart_and_what_comes_first() -> None:
    by_topic = {topic: [one.code for one in WHOLE.statements if topic in one.topics] for topic in Topic}
    assert by_topic == {Topic.RISK_DOCUMENT: ["T4a", "T8d"], Topic.PSYCHOSOCIAL: ["T4a", "T4b", "T4c", "T4d"]}
    assert [one.code for one in WHOLE.statements if one.look_first] == ["T3c", "T4b", "T8d"]


def test_a_statement_told_twice_is_refused() -> None:
    text = next(FOLDER.glob("*.toml")).read_text()
    assert parse(text) == WHOLE
    with pytest.raises(ValueError, match="deux fois"):
        parse(text.replace('"T1b"', '"T1a"'))


# --- What replies come to ---------------------------------------------------------------------------------

CASES = {
    "all followed": ("3 3 3 3", Fraction(100)),
    "nothing yet": ("0 0 0 0", Fraction(0)),
    "a mean": ("0 1 2 3", Fraction(50)),
    "not concerned leaves the mean": ("3 3 2 nc", Fraction(800, 9)),
    "nobody knows counts as not answered": ("3 3 2 nsp", Fraction(800, 9)),
    "two without a degree": ("3 3 nc nsp", None),
    "two not concerned": ("3 3 nc nc", None),
    "three answers are enough": ("1 1 1 -", Fraction(100, 3)),
    "two are not": ("1 1 - -", None),
    "none": ("- - - -", None),
    "nobody knows anything": ("nsp nsp nsp nsp", None),
}


@pytest.mark.parametrize("case", CASES)
def test_the_value_of_a_theme(case: str) -> None:
    told, expected = CASES[case]
    assert value(sheet(t1=told)) == expected


def test_the_whole_is_the_plain_mean_of_six_themes_at_least() -> None:
    five = sheet(t1="3 3 3 3", t2="0 0 0 0", t3="3 3 3 3", t4="3 3 3 3", t5="3 3 3 3")
    assert result(ASKED, [five]).whole is None
    six = five | sheet(t6="0 0 0 nsp")
    assert result(ASKED, [six]).whole == Fraction(400, 6)
    thin = six | sheet(t7="3 3 nsp nsp")  # a theme that cannot be told does not weigh
    assert result(ASKED, [thin]).whole == Fraction(400, 6)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (sheet(rest="3 3 3 3"), []),
        (sheet(rest="3 3 3 3", t3="3 3 0 3"), ["T3c"]),
        (sheet(rest="3 3 3 3", t4="3 0 3 3", t8="3 3 3 0"), ["T4b", "T8d"]),
        (sheet(rest="3 3 3 3", t4="3 1 3 3", t8="3 3 3 nsp", t3="3 3 nc 3"), []),
        (sheet(t8="- - - 0"), ["T8d"]),  # whatever the value of the theme, told or not
        (sheet(rest="0 0 0 0"), ["T3c", "T4b", "T8d"]),
    ],
)
def test_points_to_look_at_first(told: Sheet, expected: list[str]) -> None:
    assert [one.code for one in result(ASKED, [told]).look_first] == expected


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        (Fraction(0), Level.TO_BUILD),
        (Fraction(394, 10), Level.TO_BUILD),
        (Fraction(395, 10), Level.TO_STRENGTHEN),  # read 40
        (Fraction(59), Level.TO_STRENGTHEN),
        (Fraction(60), Level.STRUCTURED),
        (Fraction(799, 10), Level.SETTLED),
        (Fraction(100), Level.SETTLED),
    ],
)
def test_levels_follow_what_is_shown(shown: Fraction, level: Level) -> None:
    assert level_of(shown) is level


def test_four_statements_out_of_five_open_the_result() -> None:
    codes = [one.code for one in ASKED.statements]
    assert not has_enough(ASKED, dict.fromkeys(codes[:25], Reply.DONT_KNOW))
    assert has_enough(ASKED, dict.fromkeys(codes[:26], Reply.DONT_KNOW))
    stranger = dict.fromkeys([*codes[:25], "T3d-D"], Reply.BEGUN)  # not asked in an establishment
    assert (count_replies(ASKED, stranger), has_enough(ASKED, stranger)) == (25, False)
    assert (ASKED.minutes_for(32), ASKED.minutes_for(1), ASKED.minutes_for(0)) == (19, 1, 1)


def test_several_managers() -> None:
    first, second = sheet(rest="3 3 3 3", t1="3 3 nsp nsp"), sheet(rest="3 3 3 3", t1="1 1 1 nsp", t3="3 3 0 1")
    found = result(ASKED, [first, second])
    by_slug = {one.theme.slug: one for one in found.themes}
    assert by_slug["t1"].value == Fraction(100 * (2 + 2 + 1), 9)  # each statement by the mean of its known degrees
    assert (by_slug["t1"].low, by_slug["t1"].high) == (Fraction(100, 3), Fraction(100, 3))  # one alone can be told
    assert (by_slug["t3"].low, by_slug["t3"].high) == (Fraction(700, 12), Fraction(100))
    assert [one.code for one in found.nobody_knows] == ["T1d"]
    assert [one.code for one in found.look_first] == ["T3c"]  # one « not in place » is enough to look
    assert [one.code for one in found.spread] == ["T1a", "T1b", "T3c", "T3d-E"]


def test_what_stands_out_never_says_a_theme_twice() -> None:
    found = result(ASKED, [sheet(t1="3 3 3 3", t2="2 2 2 2", t3="1 1 1 1", t4="0 0 0 0", t5="1 1 2 2")])
    assert [one.theme.slug for one in found.most_settled] == ["t1", "t2"]
    assert [one.theme.slug for one in found.most_to_build] == ["t4", "t3"]
    alone = result(ASKED, [sheet(t1="3 3 3 3")])
    assert alone.most_settled == alone.most_to_build == ()
    alike = result(ASKED, [sheet(rest="1 1 1 1")])
    assert alike.most_settled == alike.most_to_build == ()


REPLIES = st.dictionaries(st.sampled_from([one.code for one in ASKED.statements]), st.sampled_from(Reply), max_size=32)


@given(st.lists(REPLIES, min_size=1, max_size=4))
def test_values_stay_within_bounds_whoever_answers_first(sheets: list[Sheet]) -> None:
    found = result(ASKED, sheets)
    assert found == result(ASKED, [dict(reversed([*one.items()])) for one in sheets])
    assert found.themes == result(ASKED, sheets[::-1]).themes
    for one in found.themes:
        assert one.value is None or 0 <= one.value <= 100
        assert (one.value is None) == (one.known < 3)
    told = [one.value for one in found.told if one.value is not None]
    assert (found.whole is None) == (len(told) < 6)
    assert found.whole is None or min(told) <= found.whole <= max(told)
    assert not {one.code for one in found.nobody_knows} & {one.code for one in found.look_first}
    assert not {*found.most_settled} & {*found.most_to_build}


@given(REPLIES, st.sampled_from([one.code for one in ASKED.statements]))
def test_a_step_forward_never_lowers_anything(told: dict[str, Reply], code: str) -> None:
    degrees = [Reply.NOT_YET, Reply.BEGUN, Reply.IN_PLACE, Reply.FOLLOWED]
    if told.get(code) not in degrees[:3]:
        return
    better = {**told, code: degrees[degrees.index(told[code]) + 1]}
    before, after = result(ASKED, [told]), result(ASKED, [better])
    for then, now in zip(before.themes, after.themes, strict=True):
        assert (then.value is None) == (now.value is None)
        assert then.value is None or now.value is None or then.value <= now.value
    assert {one.code for one in after.look_first} <= {one.code for one in before.look_first}


@given(REPLIES, st.sampled_from([one.code for one in ASKED.statements]))
def test_what_has_no_degree_weighs_nothing(told: dict[str, Reply], code: str) -> None:
    without = {key: reply for key, reply in told.items() if key != code}
    values = {
        reply: [one.value for one in result(ASKED, [{**without, code: reply}]).themes]
        for reply in (Reply.NOT_CONCERNED, Reply.DONT_KNOW)
    }
    assert set(map(tuple, values.values())) == {tuple(one.value for one in result(ASKED, [without]).themes)}


@given(st.lists(REPLIES, min_size=1, max_size=3))
def test_the_same_sheet_several_times_says_the_same(sheets: list[Sheet]) -> None:
    once, thrice = result(ASKED, sheets), result(ASKED, sheets * 3)
    assert [one.value for one in once.themes] == [one.value for one in thrice.themes]


# --- Before and after -------------------------------------------------------------------------------------


def later_version() -> Questionnaire:
    """Another version: two statements reworded, one that is no more, one that is new; 29 are the same."""
    text = next(FOLDER.glob("*.toml")).read_text()
    for before, after in (
        ("SD-2026.1", "SD-2027.1"),
        ("à un rythme fixe.", "à un rythme connu de tous."),
        ("Les cadres se retrouvent pour", "L’encadrement se retrouve pour"),
        ('code = "T8b"', 'code = "T8e"'),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    return parse(text)


def test_a_new_version_compares_29_identical_statements() -> None:
    later = later_version().asked(Setting.ESTABLISHMENT)
    same = identical(ASKED, later)
    assert len(same) == 29
    assert {one.code for one in ASKED.statements} - {one.code for one in same} == {"T1a", "T1d", "T8b"}
    old = sheet(rest="1 1 1 1", t2="1 1 1 nsp", t8="0 3 1 1")
    new = {**dict.fromkeys((one.code for one in later.statements), Reply.IN_PLACE), "T3a": Reply.DONT_KNOW}
    found = {one.theme.slug: one for one in changes((ASKED, [old]), (later, [new]))}
    assert "t1" not in found  # two statements in common are too few
    assert (found["t2"].compared, found["t2"].before, found["t2"].after) == (3, Fraction(100, 3), Fraction(200, 3))
    assert (found["t3"].compared, rounded(found["t3"].after)) == (3, 67)
    assert (found["t4"].compared, found["t4"].before) == (4, Fraction(100, 3))
    # What was asked before and is no more does not weigh on what it was.
    assert (found["t8"].compared, found["t8"].before) == (3, Fraction(200, 9))


@given(REPLIES)
def test_nothing_changes_between_the_same_answers(told: Sheet) -> None:
    assert all(one.before == one.after for one in changes((ASKED, [told]), (ASKED, [told])))


@given(REPLIES, REPLIES)
def test_before_and_after_mirror_each_other(first: Sheet, second: Sheet) -> None:
    there, back = changes((ASKED, [first]), (ASKED, [second])), changes((ASKED, [second]), (ASKED, [first]))
    assert [(one.theme.slug, one.before, one.after) for one in there] == [
        (one.theme.slug, one.after, one.before) for one in back
    ]
