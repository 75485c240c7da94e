"""The finished book as PDF and as EPUB, for `tools/build_paper.py`, `make pdf` and `make epub`.

Both are made of the finished pages, as a browser shows them: formulas are drawn, explorers are
there, and print styles hold. The pages are opened at the address where the book will be published,
so that all links lead there, those of the sounds too.
"""
