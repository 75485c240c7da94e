"""How the book is built, one step a module.

execution.py   run the notebooks on all cores, and keep what ran as long as it still holds
pages.py       what a page adds to a notebook: its running time, links to and from solutions
staging.py     put all pages together in _build/source, for this edition
extension.py   what Sphinx is told: no request leaves the book, edit links lead to the source
"""
