"""Tests of the corpus, one file for each idea of the package."""
