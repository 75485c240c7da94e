"""The exercises of lesson 5: the transformer."""
