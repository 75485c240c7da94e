"""The claims of papers that the lessons lean on, each tested here over several seeds.

`claim` says what a claim is and how numbers decide about it, and `said` makes one from the records
of two arms. `sound`, `codes`, `models`, `objectives`, `codecs`, `asked`, `layouts`, `memory`,
`attention`, `judges` and `diffusion` hold the claims with their experiments, over `frames`; `table`
puts them in order, `measuring` measures them, and `page` makes the table.
"""

from refimpl.reproduce.claims.claim import Claim, judge
from refimpl.reproduce.claims.measuring import measure_claims
from refimpl.reproduce.claims.page import claims_page
from refimpl.reproduce.claims.table import all_claims

__all__ = ["Claim", "all_claims", "claims_page", "judge", "measure_claims"]
