"""The report on a class: `refimpl grade-report`, as pages of HTML and as tables.

figures.py        what the class earned, when it handed in, and which mistakes are common
answers.py        the source of each answer, from the gradebook's notebooks
alike.py          answers that are the same after renaming and reordering
known_answers.py  the course's own answers, which are no sign of copying
pages.py          the pages and tables
"""
