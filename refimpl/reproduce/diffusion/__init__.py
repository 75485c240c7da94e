"""The diffusion model beside real tunes and models of tokens: by steps, guidance, control and gaps.

Read in this order: `writers` make sounds, `measuring` measures them, `rows` says which there are,
`comparison` keeps the figures and `tables` shows them. `equal_time` trains models of tokens
for as long.
"""

from refimpl.reproduce.diffusion.comparison import compare_diffusion

__all__ = ["compare_diffusion"]
