"""Explorers: widgets to look into data with mouse or keyboard, which need no kernel.

Each is a Python module that gathers the data and, beside it, an ES module that shows them; what
they share is in `base.py`, `common.js` and `explorer.css`. All data travel inside the widget, so
that it works in a static page as it does in JupyterLab and Colab.
"""
