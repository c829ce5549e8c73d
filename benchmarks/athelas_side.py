"""One side of `athelas_models.py`: runs the models of one tree in this process and writes down what they computed.

Started by `athelas_models.py` in an interpreter of its own, as `athelas_side.py ROOT OUT CHECKPOINTS PARTS`: the tree,
the folder to write to, the folder of the side whose checkpoints are to be loaded, and the parts of the tree to run,
separated by commas.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

MODELS = "src/athelas/models"
SCRIPTS = ("names3risk_legacy", "temporal_self_attention_legacy/scripts", "lightning/trimodal")
LIGHTNING = "athelas.models.lightning"
TABULAR = f"{LIGHTNING}.tabular.pl_tab_ae"
LSTM, TRANSFORMER = "lstm2risk", "transformer2risk"
STEPS = 3

Value = Tensor | Mapping[str, Tensor] | tuple[Tensor, ...] | None
Record = dict[str, list[Tensor] | list[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """Positional and keyword arguments of one call, as legacy code writes them."""

    positional: tuple[Value, ...] = ()
    named: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """A class at its legacy path, one way to build it and the calls to make."""

    module: str
    name: str
    build: Callable[[ModuleType], nn.Module]
    calls: tuple[Call, ...]

    @property
    def label(self) -> str:
        return f"{self.module.rpartition('.')[2]}.{self.name}"


def subjects(parts: Set[str]) -> Iterator[Subject]:
    """The models of each part first, then what they are made of; each part draws its inputs anew."""
    made = {
        "names3risk": (_models, _recurrent_parts, _transformer_parts, _tabular_parts),
        "temporal": (_temporal_models, _temporal_parts, _experts),
        "lightning": (_text_models, _bimodal_models, _trimodal_models),
    }
    for part, makers in made.items():
        if part in parts:
            torch.manual_seed(20)
            yield from (subject for make in makers for subject in make())


def record(root: Path, out: Path, checkpoints: Path, parts: Set[str]) -> None:
    """Writes `record.pt` and the checkpoints of every subject to `out`; all draws are seeded, one thread computes."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    sys.path[:0] = [*(str(root / MODELS / folder) for folder in SCRIPTS), str(root / "src")]
    found: dict[str, Record] = {}
    for subject in list(subjects(parts)):
        module = importlib.import_module(subject.module)
        if not Path(str(module.__file__)).is_relative_to(root):
            raise SystemExit(f"{subject.module} was found at {module.__file__}, not in the tree")
        found[subject.label] = _trained(subject, module, out) | _loaded(subject, module, checkpoints)
    torch.save(found, out / "record.pt")


def _trained(subject: Subject, module: ModuleType, out: Path) -> Record:
    torch.manual_seed(1)
    model = subject.build(module)
    drawn = [torch.get_rng_state()]
    result: Record = {
        "state_dict keys": list(model.state_dict()),
        "initialisation": _state(model),
        "outputs": _outputs(model, subject.calls),
        "gradients": _gradients(model, subject.calls),
    }
    result["optimizer steps"] = list(_steps(model, subject.calls))
    result["random numbers"] = [*drawn, torch.get_rng_state()]
    torch.save(model.state_dict(), out / f"{subject.label}.state.pt")
    torch.save(model, out / f"{subject.label}.model.pt")
    return result


def _loaded(subject: Subject, module: ModuleType, folder: Path) -> Record:
    """Outputs after loading the checkpoints in `folder`, into a fresh model and as a whole pickled one."""
    torch.manual_seed(2)
    fresh = subject.build(module)
    fresh.load_state_dict(torch.load(folder / f"{subject.label}.state.pt", weights_only=True))
    pickled: nn.Module = torch.load(folder / f"{subject.label}.model.pt", weights_only=False)
    return {
        "old state_dict": _outputs(fresh, subject.calls),
        "old pickle": [*_outputs(pickled, subject.calls), *_state(pickled), *_steps(pickled, subject.calls)],
    }


def _outputs(model: nn.Module, calls: tuple[Call, ...]) -> list[Tensor]:
    results: list[Tensor] = []
    for training in (False, True):
        model.train(training)
        torch.manual_seed(3)
        with torch.no_grad():
            results += [tensor.clone() for call in calls for tensor in _called(model, call)]
    return results


def _gradients(model: nn.Module, calls: tuple[Call, ...]) -> list[Tensor]:
    """Those of the inputs and of the parameters in order; an empty tensor stands for a gradient that is None."""
    results: list[Tensor] = []
    torch.manual_seed(4)
    for call in calls:
        leaves = [tensor for tensor in _tensors(call) if tensor.is_floating_point()]
        for leaf in leaves:
            leaf.requires_grad_()
        model.zero_grad()
        torch.autograd.backward(_loss(model, call))
        wanted = [*leaves, *model.parameters()]
        results += [torch.empty(0) if leaf.grad is None else leaf.grad.clone() for leaf in wanted]
        for leaf in leaves:
            leaf.requires_grad_(False).grad = None
    return results


def _steps(model: nn.Module, calls: tuple[Call, ...]) -> Iterator[Tensor]:
    model.train()
    torch.manual_seed(5)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = _loss(model, calls[step % len(calls)])
        torch.autograd.backward(loss)
        optimizer.step()
        yield loss.detach().clone()
        yield from _state(model)
    for moments in optimizer.state_dict()["state"].values():
        yield from (moments["exp_avg"].clone(), moments["exp_avg_sq"].clone())


def _loss(model: nn.Module, call: Call) -> Tensor:
    losses = [output.square().mean() for output in _called(model, call)]
    return torch.stack(losses).sum()


def _called(model: nn.Module, call: Call) -> tuple[Tensor, ...]:
    result = model(*call.positional, **call.named)
    return result if isinstance(result, tuple) else (result,)


def _state(model: nn.Module) -> list[Tensor]:
    return [tensor.detach().clone() for tensor in model.state_dict().values()]


def _tensors(call: Call) -> Iterator[Tensor]:
    for value in (*call.positional, *call.named.values()):
        if isinstance(value, Mapping):
            yield from value.values()
        elif isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def _models() -> Iterator[Subject]:
    batches = [_batch((9, 2, 5, 7)), _batch((6, 6)), _batch((1,))]
    yield Subject(LSTM, "LSTM2Risk", lambda m: m.LSTM2Risk(m.LSTMConfig()), tuple(Call((batch,)) for batch in batches))
    names, table, mask = torch.randint(1, 40, (4, 9)), torch.randn(4, 10), _mask(4, 9)
    calls = (
        Call((names, table)),
        Call((names, table, mask)),
        Call((names, table), {"mask": mask, "targets": torch.tensor([0, 1, 1, 0])}),
        Call((names[:1, :1],), {"tabular": table[:1]}),
    )
    yield Subject(TRANSFORMER, "Transformer2Risk", lambda m: m.Transformer2Risk(m.TransformerConfig()), calls)
    holes = torch.randn(6, 9).masked_fill(~_mask(6, 9), float("nan"))
    yield Subject(TABULAR, "TabAE", lambda m: m.TabAE(n_features=9), (Call((holes,)), Call((torch.randn(3, 9),))))


def _recurrent_parts() -> Iterator[Subject]:
    states, lengths = torch.randn(4, 7, 48), torch.tensor([7, 1, 3, 6])
    calls = (
        Call((states, lengths)),
        Call((states, None)),
        Call((states,), {"lengths": lengths}),
        Call(named={"lengths": lengths, "sequence": states}),
        Call((states[:1, :1], lengths[1:2])),
    )
    yield Subject(LSTM, "AttentionPooling", lambda m: m.AttentionPooling(m.LSTMConfig()), calls)
    yield Subject(LSTM, "ResidualBlock", lambda m: m.ResidualBlock(config=m.LSTMConfig()), _hidden("x", 48))
    tokens = Call((torch.randint(1, 40, (7, 4)), lengths))
    yield Subject(LSTM, "TextProjection", lambda m: m.TextProjection(m.LSTMConfig(n_layers=1)), (tokens,))


def _transformer_parts() -> Iterator[Subject]:
    width_20 = {"embedding_size": 20, "n_head": 2}
    yield Subject(
        TRANSFORMER, "AttentionPooling", lambda m: m.AttentionPooling(m.TransformerConfig(**width_20)), _masked(20)
    )
    yield Subject(TRANSFORMER, "ResidualBlock", lambda m: m.ResidualBlock(m.TransformerConfig()), _hidden("x", 48))
    yield Subject(TRANSFORMER, "FeedForward", lambda m: m.FeedForward(12, dropout=0.2), _hidden("x", 12))
    sequences = (Call((torch.randn(4, 9, 12),)), Call(named={"x": torch.randn(1, 1, 12)}))
    yield Subject(TRANSFORMER, "Head", lambda m: m.Head(12, 5, 0.2), sequences)
    yield Subject(TRANSFORMER, "MultiHeadAttention", lambda m: m.MultiHeadAttention(12, 3, 0.2), sequences)
    yield Subject(TRANSFORMER, "Block", lambda m: m.Block(n_embd=12, n_head=3, dropout=0.2), sequences)
    names, mask = torch.randint(1, 40, (4, 9)), _mask(4, 9)
    text = (Call((names,)), Call((names, mask)), Call(named={"idx": names, "mask": mask}))
    yield Subject(TRANSFORMER, "TextProjection", lambda m: m.TextProjection(m.TransformerConfig()), text)


def _tabular_parts() -> Iterator[Subject]:
    yield Subject(TABULAR, "AttentionPooling", lambda m: m.AttentionPooling(20, dropout=0.3), _masked(20))
    yield Subject(TABULAR, "ResidualBlock", lambda m: m.ResidualBlock(12, 20), _hidden("x", 12))
    yield Subject(TABULAR, "FeedForward", lambda m: m.FeedForward(dim=12, hidden_dim=20), _hidden("x", 12))


def _temporal_models() -> Iterator[Subject]:
    orders = {
        **dict(zip(("x_cat", "x_num", "time", "padding"), _orders(5), strict=True)),
        "engineered": torch.randn(4, 7),
    }
    one = "OrderFeatureAttentionClassifier"
    yield Subject("models", one, _made(one, _order_feature_config), (Call((orders,)),))
    card = torch.tensor([True, False, True, True])
    both = Call((*_orders(5), *_orders(3), torch.randn(4, 7), card))
    yield Subject("models", "TwoSeqMoEOrderFeatureAttentionClassifier", _two_sequences, (both,))
    yield Subject("models", "MLPBlock", lambda m: m.MLPBlock(12, p=0.2), _hidden("h", 12))


def _order_feature_config() -> object:
    configs = importlib.import_module("configs")
    return configs.small_order_feature(configs.small_data())


def _two_sequences(models: ModuleType) -> nn.Module:
    configs = importlib.import_module("configs")
    arguments = configs.two_seq_arguments(configs.small_two_seq(configs.small_data()))
    model: nn.Module = models.TwoSeqMoEOrderFeatureAttentionClassifier(*arguments)
    return model


def _temporal_parts() -> Iterator[Subject]:
    blocks, attention = "basic_blocks", "temporal_multihead_attention"
    seconds = (Call((torch.rand(4, 5) * 1e5,)),)
    yield Subject(blocks, "TimeEncode", lambda m: m.TimeEncode(8), seconds)
    yield Subject(attention, "TimeEncode", lambda m: m.TimeEncode(8), seconds)
    yield Subject(blocks, "TimeEncoder", lambda m: m.TimeEncoder(12, 8, dropout=0.2), seconds)
    features = (Call((torch.randn(4, 5, 10, 12),)), Call((torch.randn(2, 10, 3),)))
    yield Subject(blocks, "FeatureAggregation", lambda m: m.FeatureAggregation(10), features)
    states, days, padding = torch.randn(5, 4, 12), torch.rand(5, 4), ~_mask(4, 5)
    timed = (
        Call((states,)),
        Call((states, days, padding)),
        Call((states,), {"time": days, "key_padding_mask": padding}),
    )
    own_time = {"time_dim": 8, "encode_time": True}
    yield Subject(
        attention, "TemporalMultiheadAttention", lambda m: m.TemporalMultiheadAttention(12, 3, 0.2, **own_time), timed
    )
    yield Subject(blocks, "AttentionLayer", lambda m: m.AttentionLayer(12, 20, 3, **own_time), timed)
    yield Subject(blocks, "AttentionLayerPreNorm", lambda m: m.AttentionLayerPreNorm(12, 20, 3, **own_time), timed)
    orders = (Call(_orders(5)), Call(_orders(2)[:3]))
    yield Subject(blocks, "OrderAttentionLayer", lambda m: m.OrderAttentionLayer(6, 4, 600, 5, 12, 20, 3, 2), orders)
    newest = (Call((torch.randint(1, 600, (4, 6)), torch.randn(4, 4), torch.randn(4, 7))),)
    yield Subject(
        blocks, "FeatureAttentionLayer", lambda m: m.FeatureAttentionLayer(6, 4, 7, 600, 12, 20, 3, 2), newest
    )


def _experts() -> Iterator[Subject]:
    module, tokens = "mixture_of_experts", (Call((torch.randn(3, 9, 12),)),)
    yield Subject(module, "Experts", lambda m: m.Experts(12, 3, 20), (Call((torch.randn(3, 9, 12),)),))
    yield Subject(module, "Top2Gating", lambda m: m.Top2Gating(12, 4), tokens)
    yield Subject(module, "MoE", lambda m: m.MoE(12, 4, 20), tokens)
    yield Subject(module, "HeirarchicalMoE", lambda m: m.HeirarchicalMoE(12, (2, 3), 20), tokens)


def _text_models() -> Iterator[Subject]:
    calls = (Call((_messages(),)),)
    for file, name in (("pl_bert", "TextBertClassification"), ("pl_text_cnn", "TextCNN")):
        yield Subject(f"{LIGHTNING}.text.{file}", name, _made(name, _sizes), calls)
    yield Subject(f"{LIGHTNING}.text.pl_lstm", "TextLSTM", lambda m: m.TextLSTM(50, 8, 12), calls)


def _bimodal_models() -> Iterator[Subject]:
    calls = (Call((_messages(),)),)
    for file, name in (
        ("bert", "BimodalBert"),
        ("cnn", "BimodalCNN"),
        ("cross_attn", "BimodalBertCrossAttn"),
        ("gate_fusion", "BimodalBertGateFusion"),
        ("moe", "BimodalBertMoE"),
    ):
        module = f"{LIGHTNING}.bimodal.pl_bimodal_{file}"
        yield Subject(module, name, _made(name, _sizes), calls)


def _trimodal_models() -> Iterator[Subject]:
    text, chat, present = torch.randint(1, 50, (4, 9)), torch.randint(1, 50, (4, 6)), torch.tensor([0, 1, 1, 0])
    calls = (Call(((text, _mask(4, 9), chat, _mask(4, 6), torch.randn(4, 12), present),)),)
    for file, name in (
        ("bert", "TrimodalBert"),
        ("cross_attn", "TrimodalCrossAttentionBert"),
        ("gate_fusion", "TrimodalGateFusionBert"),
    ):
        yield Subject(f"pl_trimodal_{file}", name, _made(name, _trimodal_config), calls)


def _trimodal_config() -> object:
    sizes = {"n_vocab": 50, "n_embed": 16, "n_layer": 1, "n_head": 2, "n_common": 16, "max_positions": 16}
    return importlib.import_module("pl_trimodal_bert").TrimodalConfig(**sizes)


def _sizes() -> object:
    text = {"vocab_size": 50, "hidden_size": 16, "num_layers": 1, "num_heads": 2, "max_len": 16, "embed_dim": 8}
    table = {"input_tab_dim": 12, "tab_dim": 8, "latent_dim": 4, "num_kernels": 6}
    fusion = {"hidden_common_dim": 16, "fusion_heads": 2, "num_experts": 3, "expert_dim": 20, "lr": 1e-3}
    return text | table | fusion


def _made(name: str, config: Callable[[], object]) -> Callable[[ModuleType], nn.Module]:
    """Builds the class `name` of a module from its configuration."""

    def build(module: ModuleType) -> nn.Module:
        model: nn.Module = getattr(module, name)(config())
        return model

    return build


def _messages() -> Mapping[str, Tensor]:
    lengths = torch.tensor([9, 3, 5, 1])
    present = torch.arange(9) < lengths.unsqueeze(1)
    ids = torch.randint(4, 50, (4, 9)) * present
    return {"input_ids": ids, "attention_mask": present.long(), "lengths": lengths, "tabular": torch.randn(4, 12)}


def _orders(length: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, numbers and seconds of four accounts' orders, and True where there is none; the newest is always there."""
    seconds = (torch.rand(4, length) * 1e6).sort(dim=1, descending=True).values
    padding = torch.arange(length) < torch.arange(4).unsqueeze(1) % length
    return torch.randint(1, 600, (4, length, 6)), torch.randn(4, length, 4), seconds, padding


def _batch(lengths: tuple[int, ...]) -> Mapping[str, Tensor]:
    text = torch.randint(1, 40, (max(lengths), len(lengths)))
    for column, length in enumerate(lengths):
        text[length:, column] = 0
    return {"text": text, "text_length": torch.tensor(lengths), "tabular": torch.randn(len(lengths), 10)}


def _masked(width: int) -> tuple[Call, ...]:
    x, mask = torch.randn(4, 9, width), _mask(4, 9)
    return Call((x,)), Call((x, mask)), Call((x,), {"mask": mask}), Call(named={"mask": mask, "x": x}), Call((x, None))


def _hidden(name: str, width: int) -> tuple[Call, ...]:
    return Call((torch.randn(5, width),)), Call(named={name: torch.randn(2, width)})


def _mask(rows: int, columns: int) -> Tensor:
    """(rows, columns), True where there is a value, with at least one a row."""
    mask = torch.rand(rows, columns) > 0.4
    mask[:, 0] = True
    return mask


if __name__ == "__main__":
    tree, folder, others = (Path(argument).resolve() for argument in sys.argv[1:4])
    record(tree, folder, others, frozenset(sys.argv[4].split(",")))
