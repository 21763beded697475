"""Muon (Jordan et al. 2024): each matrix's momentum is made orthogonal, or nearly, before it is
added to the weights, so that rare directions of a matrix are learnt as fast as frequent ones.

torch has one too, which computes in bfloat16: slow on CPUs without it, and matrix by matrix.
"""

import functools

import torch

# Of the iteration x -> a x + b x^3 + c x^5 on singular values, and how often it is done (there):
# it takes all but the smallest to between .7 and 1.2.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_TIMES = 5
_MOMENTUM = 0.95
# Matrices that are computed together: two cores share those of a small model.
_TOGETHER = 8


class Muon(torch.optim.Optimizer):
    """For matrices that stand between two layers; embeddings and vectors are not for it."""

    def __init__(self, matrices, spread=map):
        """matrices: 2-D tensors with gradients; spread: as map, to do several things at once."""
        super().__init__(matrices, {"lr": 0.0})
        self._spread = spread

    @torch.no_grad()
    def step(self, closure=None):
        """One update, of the rate in the groups' ``lr``."""
        for group in self.param_groups:
            list(self._spread(functools.partial(self._update, group["lr"]), _alike(group)))

    def _update(self, rate, matrices):
        slopes = []
        for matrix in matrices:
            state = self.state[matrix]
            if not state:
                state["momentum"] = torch.zeros_like(matrix)
            momentum = state["momentum"].mul_(_MOMENTUM).add_(matrix.grad)
            # Nesterov's: a step ahead.
            slopes.append(matrix.grad.add(momentum, alpha=_MOMENTUM))
        rows, columns = matrices[0].shape
        # A tall matrix has columns longer than one.
        rate *= max(1, rows / columns) ** 0.5
        for matrix, change in zip(matrices, orthogonal(torch.stack(slopes)), strict=True):
            matrix.add_(change, alpha=-rate)


def _alike(group):
    """The matrices of a group by shape, some at a time."""
    shapes = {}
    for matrix in group["params"]:
        shapes.setdefault(tuple(matrix.shape), []).append(matrix)
    return [
        same[at : at + _TOGETHER]
        for same in shapes.values()
        for at in range(0, len(same), _TOGETHER)
    ]


def orthogonal(matrices):
    """The nearly orthogonal matrices beside ``matrices`` [n, rows, columns]: the same singular
    vectors, with values of about 1 (all between .5 and 1.3 but of the smallest)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    # The sum of squares bounds the greatest singular value.
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(_TIMES):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=_B, alpha=_C), x, beta=_A)
    return x.mT if tall else x
