"""The exercises of lesson 8: neural codecs."""
