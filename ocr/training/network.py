"""The line recogniser's network: a lean convolutional backbone, two attention blocks, one score per class and step.

The backbone has the shape of the small PP-OCRv6 recogniser (Apache-2.0), so that training can start from its
weights; normalisation layers are already folded into the convolutions. It has Gaussian units where this one ends up
with rectifiers, which cost nothing in whole numbers: training leads from one to the other (`LineNet.soften`). A line of (N, 1, 48, W) gives
(N, W / 8, classes) scores.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as f

_DIM = 120
_HEADS = 8


class Stem(nn.Module):
    """To a quarter of the size by two paths, one of them a plain maximum."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 48, 3, 2, 1)
        self.narrow = nn.Conv2d(48, 24, 2)
        self.wide = nn.Conv2d(24, 48, 2)
        self.join = nn.Conv2d(96, 48, 3, 2, 1)
        self.out = nn.Conv2d(48, 96, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = f.relu(self.first(x))
        y = f.relu(self.narrow(f.pad(x, (0, 1, 0, 1))))
        y = f.relu(self.wide(f.pad(y, (0, 1, 0, 1))))
        x = f.max_pool2d(f.pad(x, (0, 1, 0, 1)), 2, 1)
        return f.relu(self.out(f.relu(self.join(torch.cat((x, y), 1)))))


class Gate(nn.Module):
    """Squeeze and excitation: channels weighed by what the whole line holds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, channels // 4, 1)
        self.up = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.up(f.relu(self.down(x.mean((2, 3), keepdim=True))))
        return x * f.hardsigmoid(gate)


class Block(nn.Module):
    """A depthwise convolution, then two pointwise ones; without the detour where height is halved."""

    def __init__(self, channels: int, out: int, *, gate: bool = False, halve: bool = False) -> None:
        super().__init__()
        self.depth = nn.Conv2d(channels, channels, 3, (2, 1) if halve else 1, 1, groups=channels)
        self.gate = Gate(channels) if gate else None
        self.expand = nn.Conv2d(channels, 2 * channels, 1)
        self.reduce = nn.Conv2d(2 * channels, out, 1)
        self.halve = halve
        self.softness = 0.0

    def forward(self, x: Tensor) -> Tensor:
        x = self.depth(x)
        if self.gate is not None:
            x = self.gate(x)
        y = self.expand(x)
        y = torch.lerp(f.relu(y), f.gelu(y), self.softness) if self.softness else f.relu(y)
        y = self.reduce(y)
        return cast(Tensor, y if self.halve else x + y)


class Mixer(nn.Module):
    """One attention block over the steps of a line."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.LayerNorm(_DIM, eps=1e-5)
        self.qkv = nn.Linear(_DIM, 3 * _DIM)
        self.project = nn.Linear(_DIM, _DIM)
        self.between = nn.LayerNorm(_DIM, eps=1e-5)
        self.widen = nn.Linear(_DIM, 2 * _DIM)
        self.narrow = nn.Linear(2 * _DIM, _DIM)

    def forward(self, x: Tensor) -> Tensor:
        n, t, _ = x.shape
        q, k, v = (
            self.qkv(self.before(x)).reshape(n, t, 3, _HEADS, _DIM // _HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        )
        weights = (q * (_DIM // _HEADS) ** -0.5 @ k.transpose(2, 3)).softmax(-1)
        x = x + self.project((weights @ v).transpose(1, 2).reshape(n, t, _DIM))
        return x + cast(Tensor, self.narrow(f.silu(self.widen(self.between(x)))))


class Neck(nn.Module):
    """From columns of features to steps that know their neighbourhood and the line."""

    def __init__(self) -> None:
        super().__init__()
        self.shortcut = nn.Conv2d(384, _DIM, 1)
        self.enter = nn.Conv2d(384, _DIM, 1)
        self.local = nn.Conv2d(_DIM, _DIM, (1, 7), padding=(0, 3), groups=_DIM)
        self.mixers = nn.Sequential(Mixer(), Mixer())
        self.norm = nn.LayerNorm(_DIM, eps=1e-5)

    def forward(self, x: Tensor) -> Tensor:
        short = f.silu(self.shortcut(x))
        y = f.silu(self.enter(x))
        y = y + f.silu(self.local(y))
        y = self.norm(self.mixers(y.flatten(2).transpose(1, 2)))
        return cast(Tensor, y + short.flatten(2).transpose(1, 2))


class LineNet(nn.Module):
    """(N, 1, 48, W) floats, paper +1 and ink -1 → (N, W / 8, classes) scores before softmax."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = Stem()
        self.blocks = nn.Sequential(
            Block(96, 96, gate=True),
            Block(96, 96),
            Block(96, 96),
            Block(96, 192, halve=True),
            Block(192, 192, gate=True),
            Block(192, 192),
            Block(192, 192, gate=True),
            Block(192, 192),
            Block(192, 192, gate=True),
            Block(192, 192),
            Block(192, 384, halve=True),
            Block(384, 384, gate=True),
            Block(384, 384),
        )
        self.neck = Neck()
        self.head = nn.Linear(_DIM, classes)

    def soften(self, share: float) -> None:
        """How much of the Gaussian unit is in the activations: 1 as in PP-OCRv6, 0 plain rectifiers."""
        for block in self.blocks:
            cast(Block, block).softness = share

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.stem(x))
        return cast(Tensor, self.head(self.neck(f.avg_pool2d(x, (3, 2)))))
