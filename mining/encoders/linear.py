"""The matrix products of an encoder, in the precision asked for: where nearly all its time goes."""

import torch
import torch.nn.functional as F

# Integers of a byte times signed ones, summed in pairs, must stay below 2^15 where a processor has
# no VNNI instructions: weights have 7 bits, activations, whose outliers set the step, all 8.
_WEIGHT_TOP = 63
_ACTIVATION_TOP = 127
_ZERO = 128
_LEAST_STEP = 1e-12


class FloatLinear:
    """x [n, in] to x @ weight.T + bias [n, out], all of one floating-point type."""

    def __init__(self, weight, bias, dtype, device):
        self._weight = weight.to(device, dtype).contiguous()
        self._bias = bias.to(device, dtype)

    def __call__(self, x):
        return F.linear(x, self._weight, self._bias)


class Int8Linear:
    """The same in whole numbers: weights with a step for each output, activations with one for
    each row, found as they come; so a row's result depends on no other row.

    x float32 [n, in] to float32 [n, out]. The sums are exact: the same on every processor.
    """

    def __init__(self, weight, bias):
        weight = weight.float()
        self._steps = (weight.abs().amax(1) / _WEIGHT_TOP).clamp_min_(_LEAST_STEP)
        whole = (weight / self._steps[:, None]).round_().to(torch.int8)
        self._packed = torch.ops.onednn.qlinear_prepack(whole, None)
        self._zeros = torch.zeros(len(weight), dtype=torch.int32)
        self._bias = bias.float()

    def __call__(self, x):
        steps = x.abs().amax(1, keepdim=True).div_(_ACTIVATION_TOP).clamp_min_(_LEAST_STEP)
        # A signed byte with its top bit turned is the byte 128 higher, many times as fast as a
        # conversion to unsigned.
        whole = torch.div(x, steps).round_().to(torch.int8).view(torch.uint8).bitwise_xor_(_ZERO)
        sums = torch.ops.onednn.qlinear_pointwise(
            whole,
            1.0,
            _ZERO,
            self._packed,
            self._steps,
            self._zeros,
            None,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.addcmul(self._bias, sums, steps)


def has_int8():
    """Whether this build of torch multiplies whole numbers on the CPU."""
    return hasattr(torch.ops.onednn, "qlinear_pointwise") and torch.backends.mkldnn.is_available()
