"""Regrade requests as a list to work through, comments, and what the student sees of both."""


def test_open_requests_are_rows_of_the_list_of_overrides(course):
    requests = course.keep(
        "requests.csv",
        "student,exercise,request,when\n"
        "bob,1.2,why wrong?,2026-11-24\n"
        "ada,1.3,please look,2026-11-24\n"
        "ada,1,I was ill,2026-11-24\n",
    )
    course.hand_in("in", ada=8, bob=4)
    course.run("in", requests=requests)
    rows = course.rows("open-requests.csv")
    # All of one exercise together, those on the whole lesson first.
    assert [(row["student"], row["exercise"]) for row in rows] == [
        ("ada", "1"),
        ("bob", "1.2"),
        ("ada", "1.3"),
    ]
    assert (rows[1]["points now"], rows[1]["status"], rows[1]["request"]) == (
        *("0", "wrong", "why wrong?"),
    )
    assert rows[0]["points now"] == "8" and rows[1]["file"] == "bob.ipynb"

    # To answer, fill in a row and paste it as it is.
    text = (course.out / "open-requests.csv").read_text(encoding="utf-8").splitlines()
    answer = text[2].replace("bob,1.2,,,,", "bob,1.2,2,half of it,Prof. X,2026-11-25")
    assert answer != text[2]
    overrides = course.keep("overrides.csv", f"{text[0]}\n{answer}\n")
    course.run("in", overrides=overrides)
    left = course.rows("open-requests.csv")
    assert [(row["student"], row["exercise"]) for row in left] == [("ada", "1"), ("ada", "1.3")]
    assert course.table()["bob"]["total"] == "6"
    page = course.page("bob")
    assert "why wrong?" in page and "not answered yet" not in page
    assert "Set to 2 points by Prof. X on 2026-11-25" in page and "half of it" in page


def test_an_answer_from_before_the_request_is_none(course):
    requests = course.keep(
        "requests.csv", "student,exercise,request,when\nada,1.3,look again,2026-11-24\n"
    )
    overrides = course.keep(
        "overrides.csv", "student,exercise,comment,when\nada,1.3,no,2026-11-20\n"
    )
    course.hand_in("in", ada=8)
    course.run("in", requests=requests, overrides=overrides)
    assert len(course.rows("open-requests.csv")) == 1
    assert "not answered yet" in course.page("ada")


def test_a_course_without_requests_has_no_such_file(course):
    course.hand_in("in", ada=8)
    course.run("in")
    assert not (course.out / "open-requests.csv").exists()


def test_comments_change_no_points_and_stand_on_the_page_in_the_table_and_for_who_is_absent(course):
    roster = course.keep("students.csv", "id,name\nada,Ada\ncyd,Cyd\n")
    overrides = course.keep(
        "overrides.csv",
        "student,exercise,comment,who\n"
        "ada,1.1,<b>neat</b>,Prof. X\n"
        "ada,1,well done,\n"
        "cyd,1,where are you?,Prof. X\n",
    )
    course.hand_in("in", ada=8)
    course.run("in", roster=roster, overrides=overrides)
    row = course.table()["ada"]
    assert row["total"] == "8" and row["comments"] == "1.1: <b>neat</b>; lesson: well done"
    assert "&lt;b&gt;neat&lt;/b&gt;" in course.page("ada") and "well done" in course.page("ada")
    assert "where are you?" in course.page("cyd")
