"""A term with a class: who takes part, when it was due, what people decide, what it comes to.

Everything about the whole course is in one folder, which `refimpl grade --out` names:

    gradebook.sqlite    every hand-in, every grading, and which of them count
    course.toml         the rules: limits, dates, lateness, weights; options of the command change
                        them, and so may people
    students.csv, …     lists that people keep; the rules name them
    course.csv          a row for each student, over all lessons
    lesson-02/          the results of a lesson: grades.csv, look-at.txt, feedback/, gradescope/

Each run of the command does three things. It *grades* what has no grading under the present
exercises and limits. It *reckons* the whole course again, from everything in the gradebook and from
the lists: which attempt counts, how late it is, what people decided. And it *writes* all results,
and what has changed since the run before. Reckoning runs no answer and takes no time, so that a
changed date or decision shows at once, in all lessons.

    rules.py        course.toml
    lists.py        tables that people keep
    people.py       the roster, and whose name is whose
    times.py        dates, zones, extensions, the late rule
    decisions.py    overrides, comments, requests
    reckoning.py    which attempt counts, and what it comes to
    changes.py      what a run has changed
"""
