"""A linter for what people read: `tools/lint_prose.py`.

markdown.py   prose in Markdown, without code, formulas and HTML
python.py     prose in Python: docstrings and messages
passages.py   what both give: a passage of prose that knows its lines
rules.py      proselint's checks, and ours against English that reads as translated (words.toml)
"""
