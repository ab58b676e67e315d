"""Makes the small `.pt2` models that the tests compare with, and what PyTorch's own modules answer.

Run it in an environment with torch: `python tests/frontends/pytorch/make_models.py [NAME ...]`.
Each model becomes `<name>.pt2` and `<name>.npz`: `in/<input>`, `out/<output>` and, from hooks on the modules,
`layer/<module>`, all computed in float64. Inputs are multiples of 2**-6. The seed of a model is its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.nn import functional

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "pytorch"
EVENTS = 8
STEP = 2.0**-6
AS_ONNX = ("cnn", "cnn_1d", "two_inputs")
"""Those that PyTorch exports to ONNX too, not optimised: it would write a normalisation into the convolution."""


@dataclass(frozen=True)
class Made:
    """A model to be written.

    Args:
        module: the network; shapes: of its inputs, without the batch.
        batch: events of the example; dynamic: whether the batch is left open.
        decomposed: whether the program is brought down to PyTorch's core functions.
        indices: for an input of whole numbers how many there are.
    """

    module: nn.Module
    shapes: tuple[tuple[int, ...], ...]
    batch: int = 1
    dynamic: bool = True
    decomposed: bool = False
    indices: int = 0


MODELS: dict[str, Callable[[], Made]] = {}


def model(make: Callable[[], Made]) -> Callable[[], Made]:
    """Register a model under the function's name."""
    MODELS[make.__name__] = make
    return make


class Lambda(nn.Module):
    """A module whose forward is a function of it and its inputs."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            if isinstance(part, Tensor):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)
        self._forward = forward

    def forward(self, x: Tensor, y: Tensor | None = None) -> Any:
        return self._forward(self, x) if y is None else self._forward(self, x, y)


@model
def mlp() -> Made:
    layers = [nn.Linear(6, 10), nn.ReLU(), nn.Dropout(0.3), nn.Identity(), nn.Linear(10, 7, bias=False), nn.ReLU()]
    return Made(nn.Sequential(*layers, nn.Linear(7, 3)), ((6,),))


@model
def fixed_batch_of_one() -> Made:
    module = nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24, 4))
    return Made(module, ((2, 10),), dynamic=False)


@model
def fixed_batch_of_four() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        y = self.conv(x).relu()
        return self.head(y.view(y.shape[0], -1))

    module = Lambda(forward, conv=nn.Conv1d(2, 3, 3, stride=2), head=nn.Linear(15, 3))
    return Made(module, ((2, 12),), batch=4, dynamic=False)


@model
def shared_layers() -> Made:
    first, second = nn.Linear(5, 5), nn.Linear(5, 5)
    second.weight = first.weight

    def forward(self: Any, x: Tensor) -> Tensor:
        y = self.act(self.first(x))
        return self.second(self.act(self.first(y)))

    return Made(Lambda(forward, first=first, second=second, act=nn.ReLU()), ((5,),))


@model
def cnn() -> Made:
    body = nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
    return Made(nn.Sequential(body, nn.Flatten(), nn.Linear(4 * 3 * 4, 5), nn.Softmax(-1)), ((3, 6, 8),))


@model
def cnn_groups() -> Made:
    module = nn.Sequential(
        nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), groups=2, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU6(),
        nn.Conv2d(4, 4, 3, dilation=2, padding=2, groups=4),
        nn.Conv2d(4, 3, 1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
    return Made(module, ((2, 9, 7),))


@model
def cnn_1d() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        y = self.act(self.norm(self.first(functional.pad(x, (2, 0)))))
        y = self.pool(self.act(self.second(functional.pad(y, (4, 0)))))
        return self.head(y.mean(dim=-1))

    parts = {
        "first": nn.Conv1d(2, 4, 3),
        "norm": nn.BatchNorm1d(4),
        "second": nn.Conv1d(4, 4, 3, dilation=2),
        "act": nn.LeakyReLU(0.125),
        "pool": nn.AvgPool1d(2),
        "head": nn.Linear(4, 2),
    }
    return Made(Lambda(forward, **parts), ((2, 16),))


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.second = nn.Conv2d(out, out, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.norm(self.first(x)))
        y = self.second(y)
        y += self.shortcut(x)
        return self.act(y)


@model
def residual() -> Made:
    body = nn.Sequential(Block(2, 2), Block(2, 3))
    return Made(nn.Sequential(body, nn.AvgPool2d(5), nn.Flatten(), nn.Linear(3, 2)), ((2, 5, 5),))


@model
def branches() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        a, b = torch.chunk(x, 2, dim=1)
        left, right = self.left(a), self.right(b)
        joined = torch.cat([left, right, x], dim=1)
        first, second, third = torch.split(joined, [3, 3, 4], dim=1)
        return self.head(torch.cat([third, first - second, left * right], 1))

    return Made(Lambda(forward, left=nn.Linear(2, 3), right=nn.Linear(2, 3), head=nn.Linear(10, 3)), ((4,),))


@model
def paddings() -> Made:
    module = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"),
        nn.Conv2d(2, 2, 3, padding=(2, 1), padding_mode="reflect"),
        nn.Conv2d(2, 2, 3, padding=1, padding_mode="replicate"),
        nn.ZeroPad2d((1, 0, 2, 1)),
        nn.Conv2d(2, 2, (4, 2), padding="same"),
        nn.ConstantPad2d((1, 1, 0, 0), 0.5),
    )
    return Made(module, ((1, 5, 6),))


@model
def pools() -> Made:
    def forward(self: Any, x: Tensor) -> tuple[Tensor, ...]:
        y = self.largest(x)
        whole = functional.adaptive_max_pool2d(x, 1).flatten(1)
        return y, self.mean(x), self.inside(x), functional.adaptive_avg_pool2d(x, (3, 2)), whole, x.amax(dim=(2, 3))

    parts = {
        "largest": nn.MaxPool2d(3, stride=2, padding=1),
        "mean": nn.AvgPool2d((2, 3), stride=(1, 3), padding=(1, 0)),
        "inside": nn.AvgPool2d(3, stride=3, padding=1, count_include_pad=False),
    }
    return Made(Lambda(forward, **parts), ((2, 6, 6),))


@model
def piecewise_activations() -> Made:
    acts = [nn.ReLU6(), nn.Hardtanh(-0.5, 2.0), nn.LeakyReLU(0.25), nn.PReLU(4), nn.PReLU(), nn.Hardsigmoid()]

    def forward(self: Any, x: Tensor) -> Tensor:
        found = [act(x) for act in self.acts]
        return torch.cat([*found, x.clamp(min=-1.0), x.clamp(max=0.75), x.clamp(-1, 1.5), x.abs(), -x], dim=1)

    return Made(Lambda(forward, acts=nn.ModuleList(acts)), ((4,),))


@model
def smooth_activations() -> Made:
    acts = [
        *(nn.ELU(0.5), nn.SELU(), nn.CELU(0.75), nn.GELU(), nn.GELU(approximate="tanh"), nn.SiLU(), nn.Mish()),
        *(nn.Sigmoid(), nn.Tanh(), nn.Softplus(), nn.Hardswish()),
    ]

    def forward(self: Any, x: Tensor) -> Tensor:
        return torch.cat([act(x) for act in self.acts], dim=1)

    return Made(Lambda(forward, acts=nn.ModuleList(acts)), ((3,),))


@model
def normalisations() -> Made:
    module = nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 6), nn.BatchNorm1d(6, affine=False)
    )
    return Made(module, ((6,),))


@model
def layer_norm() -> Made:
    return Made(nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 3)), ((4,),))


@model
def more_norms() -> Made:
    first = torch.nn.utils.parametrizations.weight_norm(nn.Conv1d(2, 4, 3))
    return Made(nn.Sequential(first, nn.GroupNorm(2, 4), nn.InstanceNorm1d(4, affine=True), nn.RMSNorm(6)), ((2, 8),))


@model
def transformer() -> Made:
    layer = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
    return Made(nn.Sequential(layer, nn.Flatten(), nn.Linear(12, 2)), ((3, 4),))


@model
def two_inputs() -> Made:
    def forward(self: Any, image: Tensor, features: Tensor) -> dict[str, Tensor]:
        y = self.conv(image).relu().flatten(1)
        z = torch.cat([y, self.dense(features).relu()], dim=-1)
        return {"energy": self.energy(z), "classes": self.classes(z)}

    parts = {
        "conv": nn.Conv2d(1, 2, 3),
        "dense": nn.Linear(5, 4),
        "energy": nn.Linear(20, 1),
        "classes": nn.Linear(20, 3),
    }
    return Made(Lambda(forward, **parts), ((1, 4, 6), (5,)))


@model
def arithmetic() -> Made:
    def forward(self: Any, x: Tensor, y: Tensor) -> Tensor:
        a = torch.add(x, y, alpha=2) - 0.5 * (1 - x)
        b = torch.maximum(x * y, self.floor) + y / 4
        c = (x - y).square() + x**3 - torch.minimum(x, y)
        return torch.stack([a, b * self.gain, c], dim=1).sum(dim=1)

    return Made(
        Lambda(forward, floor=torch.tensor([-1.0, 0.0, 1.0, 2.0]), gain=torch.tensor([0.5, 1.25, -1.0, 3.0])),
        ((4,), (4,)),
    )


@model
def autoencoder() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        return ((x - self.decoder(self.encoder(x))) ** 2).mean(dim=-1, keepdim=True)

    encoder = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    return Made(
        Lambda(forward, encoder=encoder, decoder=nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 8))), ((8,),)
    )


@model
def moves() -> Made:
    def forward(self: Any, x: Tensor) -> tuple[Tensor, ...]:
        turned = x.permute(0, 2, 1)[:, 1:, ::2]
        picked = x[:, :, -1] + x.select(1, 0).unsqueeze(-1)[:, :3, 0] * self.factors
        a, b, c = x.unbind(1)
        wide = (a + c).unsqueeze(1).expand(-1, 3, -1) - x
        return turned, picked, torch.stack([b, c], dim=2), wide.transpose(1, 2).flatten(1)

    return Made(Lambda(forward, factors=torch.tensor([2.0, 3.0, 4.0])), ((3, 4),))


@model
def more_moves() -> Made:
    def forward(self: Any, x: Tensor) -> tuple[Tensor, ...]:
        y = x + self.positions(torch.arange(4))
        z = torch.movedim(y, 1, 2)[:, [2, 0, 1]]
        return functional.glu(y, dim=-1), z.flip(1), torch.einsum("nij,jk->nik", y, self.mix)

    return Made(Lambda(forward, positions=nn.Embedding(4, 4), mix=torch.randn(4, 2)), ((4, 4),))


@model
def decomposed() -> Made:
    body = [nn.Conv1d(2, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.AdaptiveAvgPool1d(4), nn.Flatten()]
    return Made(nn.Sequential(*body, nn.Linear(16, 3), nn.LayerNorm(3), nn.Softmax(-1)), ((2, 8),), decomposed=True)


@model
def upsampling() -> Made:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(2, 1, 2))
    return Made(module, ((1, 5, 6),))


@model
def deep_sets() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        batch, particles, features = x.shape
        y = self.phi(x.reshape(-1, features)).view(batch, particles, 6)
        return self.rho(y.mean(dim=1)).softmax(dim=-1)

    phi = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 6), nn.ReLU())
    return Made(Lambda(forward, phi=phi, rho=nn.Linear(6, 4)), ((5, 3),))


@model
def particle_dense() -> Made:
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4, bias=False), nn.Flatten(), nn.Linear(20, 2))
    return Made(module, ((5, 3),))


@model
def embedding() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        return self.head(self.table(x).flatten(1))

    return Made(Lambda(forward, table=nn.Embedding(7, 3), head=nn.Linear(12, 2)), ((4,),), indices=7)


@model
def messages() -> Made:
    """Edges 0 to 3 of the event's own between four nodes, and fixed ones."""

    def forward(self: Any, x: Tensor) -> tuple[Tensor, ...]:
        index = x[:, :, :1].clamp(0, 3).long()
        wide = index.expand(-1, -1, 3)
        picked = torch.gather(x, 1, wide)
        return (
            picked,
            torch.zeros_like(x).scatter_add(1, wide, x),
            x.scatter_add(1, wide, picked.relu()),
            x.index_add(1, self.fixed, x[:, :2]),
            functional.one_hot(index.squeeze(-1), 4).to(x.dtype).transpose(1, 2) @ x,
        )

    return Made(Lambda(forward, fixed=torch.tensor([3, 0])), ((4, 3),))


@model
def attention() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        y, _ = self.attend(x, x, x, need_weights=False)
        return self.head((x + y).flatten(1))

    attend = nn.MultiheadAttention(4, 2, batch_first=True)
    return Made(Lambda(forward, attend=attend, head=nn.Linear(12, 2)), ((3, 4),))


@model
def gru() -> Made:
    def forward(self: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        y, last = self.cells(x)
        return y, self.head(last[-1])

    return Made(Lambda(forward, cells=nn.GRU(3, 4, batch_first=True), head=nn.Linear(4, 2)), ((5, 3),), batch=2)


@model
def lstm() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        y, _ = self.cells(x)
        return self.head(y[:, -1])

    cells = nn.LSTM(3, 3, num_layers=2, batch_first=True)
    return Made(Lambda(forward, cells=cells, head=nn.Linear(3, 2)), ((4, 3),), batch=2)


@model
def rnn_both_ways() -> Made:
    def forward(self: Any, x: Tensor) -> Tensor:
        y, _ = self.cells(x)
        return y

    return Made(Lambda(forward, cells=nn.RNN(2, 3, bidirectional=True, batch_first=True)), ((4, 2),), batch=2)


def scramble(module: nn.Module) -> None:
    """Statistics as after training; slopes that differ."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.25)
            part.running_var.uniform_(0.5, 2)
            if part.affine:
                nn.init.uniform_(part.weight, 0.5, 1.5)
                nn.init.normal_(part.bias, 0, 0.25)
        if isinstance(part, nn.PReLU):
            nn.init.uniform_(part.weight, -0.25, 0.5)


def data(shape: Sequence[int], events: int, indices: int) -> Tensor:
    """Events on the input's grid."""
    if indices:
        return torch.randint(0, indices, (events, *shape))
    return torch.round(torch.randn(events, *shape) / STEP).clamp(-255, 255) * STEP


def export(made: Made, path: Path) -> torch.export.ExportedProgram:
    """Write the `.pt2`, without the places in the source that made each call."""
    example = tuple(
        data(shape, made.batch if not made.dynamic else max(made.batch, 2), made.indices) for shape in made.shapes
    )
    shapes = tuple({0: Dim("batch")} for _ in example) if made.dynamic else None
    program = torch.export.export(made.module, example, dynamic_shapes=shapes)
    if made.decomposed:
        program = program.run_decompositions()
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    torch.export.save(program, path)
    return program


def answers(made: Made, inputs: Sequence[Tensor]) -> tuple[list[Tensor], dict[str, Tensor]]:
    """What the modules themselves answer in float64: outputs in order, and each leaf by its name."""
    layers: dict[str, Tensor] = {}

    def hook(name: str) -> Callable[..., None]:
        def keep(_: nn.Module, __: Any, result: Any) -> None:
            found = result[0] if isinstance(result, tuple) else result
            count = sum(known.partition(":")[0] == name for known in layers)
            layers[f"{name}:{count}" if count else name] = found.clone()

        return keep

    module = made.module.double()
    for name, part in module.named_modules():
        if name and not list(part.children()) and not isinstance(part, nn.MultiheadAttention):
            part.register_forward_hook(hook(name))
    with torch.no_grad():
        found = module(*inputs)
    values = list(found.values()) if isinstance(found, dict) else [found] if isinstance(found, Tensor) else list(found)
    return values, layers


def main(names: Sequence[str]) -> None:
    """Write the models of these names, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in MODELS.items():
        if names and name not in names:
            continue
        torch.manual_seed(crc32(name.encode()))
        made = make()
        made.module.eval()
        scramble(made.module)
        program = export(made, FOLDER / f"{name}.pt2")
        if name in AS_ONNX:
            exported = torch.onnx.export(program, (), dynamo=True, verbose=False, optimize=False)
            exported.save(FOLDER / f"{name}.onnx")
        inputs = [data(shape, EVENTS, made.indices) for shape in made.shapes]
        wide = [each if made.indices else each.double() for each in inputs]
        outputs, layers = answers(made, wide)
        arrays = {
            f"in/{key}": value.numpy() for key, value in zip(program.graph_signature.user_inputs, wide, strict=True)
        }
        arrays |= {
            f"out/{key}": value.numpy()
            for key, value in zip(program.graph_signature.user_outputs, outputs, strict=True)
        }
        arrays |= {f"layer/{key}": value.float().numpy() for key, value in layers.items()}
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)


if __name__ == "__main__":
    main(sys.argv[1:])
