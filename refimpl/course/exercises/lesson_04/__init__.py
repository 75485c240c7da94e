"""The exercises of lesson 4: the VQ-VAE contrast."""
