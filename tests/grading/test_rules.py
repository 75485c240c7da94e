"""The rules of a course come back from their file as they were, and what is wrong is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.course.grading.term.rules import FILE, LessonRules, Rules, read_rules, write_rules
from refimpl.errors import UserError

weights = st.floats(0, 100, allow_nan=False)


def lesson_rules(lesson):
    return st.builds(
        LessonRules,
        due=st.sampled_from(["", "2026-11-20 23:59", "2026-11-20"]),
        times=st.sampled_from(["", "../times \u00eb.csv"]),
        weight=st.none() | weights,
        weights=st.dictionaries(st.sampled_from([f"{lesson}.1", f"{lesson}.2"]), weights),
    )


rules = st.builds(
    Rules,
    zone=st.sampled_from(["", "UTC", "Europe/Berlin"]),
    attempt=st.sampled_from(["last", "best"]),
    late=st.sampled_from(["none", "10 % a day, at most 50 %, 3 free days"]),
    drop_lowest=st.integers(0, 5),
    seconds=st.floats(0.1, 1000),
    memory=st.floats(0.1, 100),
    roster=st.sampled_from(["", "students.csv", 'a "b".csv']),
    extensions=st.sampled_from(["", "extensions.csv"]),
    overrides=st.sampled_from(["", "overrides.csv"]),
    requests=st.sampled_from(["", "requests.csv"]),
    lessons=st.fixed_dictionaries({}, optional={n: lesson_rules(n) for n in (1, 2, 3, 7)}),
)


@given(rules)
@settings(deadline=None)
def test_rules_come_back_as_they_were(tmp_path_factory, some):
    folder = tmp_path_factory.getbasetemp()
    write_rules(folder, some)
    assert read_rules(folder) == some


@given(rules, rules)
@settings(deadline=None, max_examples=30)
def test_an_option_changes_its_rule_and_no_other(tmp_path_factory, some, other):
    folder = tmp_path_factory.getbasetemp()
    write_rules(folder, some)
    write_rules(folder, read_rules(folder).with_options(1, {"late": other.late, "due": None}))
    again = read_rules(folder)
    assert again.late == other.late and again.with_options(1, {"late": some.late}) == some


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone = ", "no TOML"),
        ('color = "blue"', "'color'"),
        ("seconds = 0", "above 0"),
        ('seconds = "long"', "needs a number"),
        ('attempt = "first"', "'last' or 'best'"),
        ('late = "much"', "late rule"),
        ('[lesson-01]\ndue = "soon"', "is no date"),
        ("[lesson-01]\nweight = -1", "below 0"),
        ('[lesson-01.weights]\n"1.1" = "two"', "a number for each exercise"),
        ("[lesson-99]\nweight = 1", "no such lesson"),
        ('[lesson-01.weights]\n"2.1" = 2', "the exercises of this lesson are 1.1"),
        ("[lesson-one]\nweight = 1", "no number of a lesson"),
        ("lesson-01 = 5", "is no table"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_rules(tmp_path)


def test_dates_as_toml_has_them(tmp_path):
    (tmp_path / FILE).write_text("zone = 'UTC'\n[lesson-02]\ndue = 2026-11-20T12:30:00\n")
    assert read_rules(tmp_path).due(2).isoformat(timespec="minutes") == "2026-11-20T12:30+00:00"
