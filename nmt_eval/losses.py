"""Cross-entropy of tokens over a vocabulary without ever holding all of their logits."""

import torch

# Logits that are computed at once: 4 MB stay in a CPU's cache; a GPU wants larger products.
_LOGITS = {"cpu": 1 << 20}
_MOST_LOGITS = 1 << 26


class TokenLosses(torch.autograd.Function):
    """``apply(x, weight, targets, smoothing)`` -> two scalars: the sum of the losses with label
    smoothing, and of those without, which has no gradient.

    x: [tokens, dim]; weight: [vocabulary, dim]; targets: int64 [tokens]. Gradients are computed
    on the way, piece by piece: the logits' own would be the largest tensor of a training step.
    """

    @staticmethod
    def forward(ctx, x, weight, targets, smoothing):
        device = x.device.type
        autocast = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if autocast else weight.dtype
        wanted = any(ctx.needs_input_grad)
        with torch.autocast(device, enabled=False):
            x_dtype, x, words = x.dtype, x.to(dtype), weight.to(dtype)
            size = max(16, _LOGITS.get(device, _MOST_LOGITS) // len(weight))
            total, plain = (torch.zeros((), device=x.device) for _ in range(2))
            if wanted:
                x_grad, weight_grad = torch.empty_like(x), torch.zeros_like(weight)
            for start in range(0, len(x), size):
                piece = slice(start, start + size)
                right = targets[piece, None]
                logs = torch.log_softmax(x[piece] @ words.T, 1, dtype=torch.float32)
                likely = logs.gather(1, right).sum()
                plain -= likely
                total -= (1 - smoothing) * likely + smoothing * logs.mean(1).sum()
                if wanted:
                    # The derivative by a logit is its probability less the one asked for.
                    slope = logs.exp_().sub_(smoothing / len(weight))
                    slope.scatter_add_(1, right, slope.new_full(right.shape, smoothing - 1))
                    slope = slope.to(dtype)
                    torch.mm(slope, words, out=x_grad[piece])
                    if dtype == weight_grad.dtype:
                        weight_grad.addmm_(slope.T, x[piece])
                    else:
                        weight_grad += slope.T @ x[piece]
        if wanted:
            ctx.save_for_backward(x_grad.to(x_dtype), weight_grad)
        ctx.mark_non_differentiable(plain)
        return total, plain

    @staticmethod
    def backward(ctx, grad, _):
        x_grad, weight_grad = ctx.saved_tensors
        return x_grad * grad, weight_grad * grad, None, None


def token_losses(x, weight, targets):
    """The cross-entropy of each token, without smoothing and gradients; float32 [tokens]."""
    device = x.device.type
    autocast = torch.is_autocast_enabled(device)
    dtype = torch.get_autocast_dtype(device) if autocast else weight.dtype
    size = max(16, _LOGITS.get(device, _MOST_LOGITS) // len(weight))
    found = torch.empty(len(x), device=x.device)
    with torch.autocast(device, enabled=False), torch.no_grad():
        x, words = x.to(dtype), weight.to(dtype)
        for start in range(0, len(x), size):
            piece = slice(start, start + size)
            found[piece] = torch.nn.functional.cross_entropy(
                (x[piece] @ words.T).float(), targets[piece], reduction="none"
            )
    return found
