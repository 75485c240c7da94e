"""A browser for the pages of listening tests."""

from tests.browsing import browser  # noqa: F401  (a fixture)
