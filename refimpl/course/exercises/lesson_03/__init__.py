"""The exercises of lesson 3: k-means vector quantization."""
