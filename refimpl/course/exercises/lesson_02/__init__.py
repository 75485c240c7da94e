"""The exercises of lesson 2: mel spectrograms."""
