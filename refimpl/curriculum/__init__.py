"""The curriculum: which objective the next batches practise, chosen from how the losses move.

`reward` says what a change of loss is worth, `history` what a run has shown, and a `strategy` makes
the next mixture of it: `constant` (uniform, fixed), `bandit` (Exp3.S), `reward_model`
(with `evidence` and `network`). `curriculum` puts mixtures
in force at fixed steps, and `simulated` tries them all on a learner whose best mixture is known.
"""

from refimpl.curriculum.bandit import Exp3S
from refimpl.curriculum.constant import Fixed, Uniform
from refimpl.curriculum.curriculum import Curriculum, CurriculumCallback
from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction, birdie_reward, tensor_reward
from refimpl.curriculum.reward_model import RewardModel
from refimpl.curriculum.simulated import SimulatedLearner, random_learner
from refimpl.curriculum.strategy import Strategy
from refimpl.curriculum.table import STRATEGIES, make_curriculum

__all__ = [
    "STRATEGIES",
    "Curriculum",
    "CurriculumCallback",
    "CurriculumError",
    "Exp3S",
    "Fixed",
    "History",
    "RewardFunction",
    "RewardModel",
    "SimulatedLearner",
    "Strategy",
    "Uniform",
    "birdie_reward",
    "make_curriculum",
    "random_learner",
    "tensor_reward",
]
