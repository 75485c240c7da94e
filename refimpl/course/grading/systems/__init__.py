"""Grades that go back into the systems that they came from: `refimpl grade-export`.

sheet.py        a table that a system exported, of which only the grades change
who.py          whose row it is
moodle.py       the grading worksheet, and a zip of feedback files
canvas.py       the gradebook as CSV
brightspace.py  the grades as CSV
gradescope.py   an autograder that Gradescope runs itself
autograder.py   what runs there
nbgrader.py     nbgrader's gradebook.db
"""
