"""The exercises of lesson 1: audio basics."""
