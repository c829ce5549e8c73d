"""Finds inputs with which an original runs: improves one input at a time, guided by how far each call came."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product

from torch import nn

from refactor_tools.certificates.case_values import map_specs
from refactor_tools.model.proofs import CaseValue, TensorSpec
from refactor_tools.prove.case_constructors import VARIADIC, missing_entry, parameters_of
from refactor_tools.prove.case_facts import SourceFacts
from refactor_tools.prove.case_forms import Form, entry_of, form_of, is_listed, is_packed, packed, several, states
from refactor_tools.prove.case_inputs import Space, candidates, multiples
from refactor_tools.prove.case_names import kind_of
from refactor_tools.prove.case_runs import Outcome, Runner

# Calls to try for the first construction, and for each of those that are tried after it.
TRIALS, FURTHER_TRIALS = 900, 250
_OPTIONAL_TRIALS = 60
_LAYER_RANKS = ((nn.Conv1d, 3), (nn.Conv2d, 4), (nn.Conv3d, 5), (nn.BatchNorm2d, 4), (nn.BatchNorm3d, 5))

_PLAIN: Mapping[str, tuple[CaseValue, ...]] = {"int": (2, 1, 0, 5), "float": (0.5, 1.0), "bool": (False, True)}

# Names of what recurrent layers start from.
_STATE = r"^(h|c|hx|cx|s)(_?0)?$|hidden|state|memory|carry"

# A parameter, or a parameter and the key of an entry in it.
Place = tuple[str, ...]
Choice = dict[Place, CaseValue]


@dataclass(slots=True)
class Search:
    """The state of one search; `trials` is what is left of its budget."""

    runner: Runner
    space: Space
    facts: SourceFacts
    trials: int = TRIALS
    options: dict[Place, list[CaseValue]] = field(default_factory=dict)
    nearest: tuple[Choice, Outcome] | None = None
    forms: dict[str, Form] = field(default_factory=dict)

    def required(self) -> dict[str, CaseValue] | None:
        """Inputs for everything that must be given, or None."""
        parameters = inputs_of(self.runner.entry)
        for name, parameter in parameters.items():
            variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL and len(self.options) == 0
            if (parameter.kind not in VARIADIC and parameter.default is inspect.Parameter.empty) or variadic:
                for place, annotation in self._places(name, parameter):
                    self.options[place] = self.values(place[-1], parameter.replace(annotation=annotation))
        found = self._solve()
        return None if found is None else self._arranged(found)

    def optional(self, name: str, parameter: inspect.Parameter, base: Mapping[str, CaseValue]) -> CaseValue:
        """A value for an input that may be left out, which runs together with `base`; None where there is none."""
        for value in islice(self.values(name, parameter), _OPTIONAL_TRIALS):
            if self.runner.run({**base, name: value}).ran:
                return value
        return None

    def values(self, name: str, parameter: inspect.Parameter) -> list[CaseValue]:
        kind = kind_of(parameter.annotation)
        if name in self.facts.choices and kind in ("", "str"):
            return list(self.facts.choices[name])
        if kind in _PLAIN:
            return list(_PLAIN[kind])
        if is_packed(parameter.annotation) or name in self.facts.packed:
            return [*packed(self.space.letters[:6])]
        if kind == "sequence" and (plain := _PLAIN.get(kind_of(entry_of(parameter.annotation)))):
            return [form for value in plain for form in several(value)]
        found = candidates(name, self.space, self.facts.ranks.get(name), _first_rank(self.runner.entry))
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return [(value,) for value in found]
        if kind == "sequence":
            return [several(value)[0 if is_listed(parameter.annotation) else 1] for value in found]
        more = [form for value in found[:8] for form in several(value)] if kind == "" else []
        held = [*states(self.runner.entry, self._widths())] if re.search(_STATE, name) else []
        return [*held, *(more + found if name in self.facts.several else found + more)]

    def _widths(self) -> dict[str, int]:
        return {letter: self.space.dims[letter] for letter in self.space.letters}

    def _places(self, name: str, parameter: inspect.Parameter) -> Iterator[tuple[Place, object]]:
        """Where values are needed for one parameter, with their annotations."""
        keys = self.facts.items.get(name, ())
        form = form_of(parameter.annotation, self.runner.names)
        if form is not None:
            self.forms[name] = form
            yield from (((name, part), annotation) for part, annotation in form.parts)
        elif keys or (kind_of(parameter.annotation) == "other" and "ict" in str(parameter.annotation)):
            empty = inspect.Parameter.empty
            yield from (((name, key), empty) for key in keys or ("x",))
        else:
            yield (name,), parameter.annotation

    def _arranged(self, choice: Choice) -> dict[str, CaseValue]:
        """Inputs by parameter, entries of a batch together."""
        found: dict[str, CaseValue] = {}
        entries: dict[str, dict[str, CaseValue]] = {name: {} for name in self.forms}
        for (name, *keys), value in choice.items():
            if keys:
                entries.setdefault(name, {})[keys[0]] = value
            found[name] = value
        for name, held in entries.items():
            found[name] = self.forms[name].assembled(held) if name in self.forms else held
        return found

    def _solve(self) -> Choice | None:
        start = {place: values[0] for place, values in self.options.items()}
        found = self._climb(start)
        if found is not None or not self.options:
            return found
        for shared in self._alike():
            found = self._try(shared)
            if found is not None:
                return found
        if self.nearest is not None and (found := self._climb(self.nearest[0])) is not None:
            return found
        return self._sweep()

    def _climb(self, choice: Choice) -> Choice | None:
        """Change one input at a time to whatever lets the call come further."""
        if self._try(choice) is not None:
            return choice
        improved = True
        while improved and self.trials > 0:
            improved = False
            choice, outcome = self._best(choice)
            for place, value in self._moves(outcome):
                attempt = {**choice, place: value}
                if (found := self._try(attempt)) is not None:
                    return found
                if self.nearest is not None and self.nearest[1].progress > outcome.progress:
                    improved = True
                    break
        return None

    def _moves(self, outcome: Outcome) -> list[tuple[Place, CaseValue]]:
        """Changes of one input: those to a size that the error names first, then likely values of all before others."""
        sizes = outcome.sizes - {1, 2}
        named = {letter for letter, size in self.space.dims.items() if size in sizes and letter in self.space.origins}
        divisors = sorted(size for size in sizes if "divi" in str(outcome.error) and 3 <= size <= 64)
        moves: list[tuple[bool, int, Place, CaseValue]] = [
            (False, rank, place, value)
            for place in self.options
            for rank, value in enumerate(multiples(self.space, divisors))
        ]
        moves += [
            (not (isinstance(value, TensorSpec) and named & set(map(str, value.shape))), rank, place, value)
            for place, values in self.options.items()
            for rank, value in enumerate(values)
        ]
        return [(place, value) for _, _, place, value in sorted(moves, key=lambda move: move[:2])]

    def _best(self, choice: Choice) -> tuple[Choice, Outcome]:
        assert self.nearest is not None
        return self.nearest if set(self.nearest[0]) == set(self.options) else (choice, self.nearest[1])

    def _try(self, choice: Choice) -> Choice | None:
        if self.trials <= 0:
            return None
        self.trials -= 1
        outcome = self.runner.run(self._arranged(choice))
        if outcome.ran and outcome.outputs:
            return choice
        if self._learned(outcome):
            return self._climb({place: choice.get(place, values[0]) for place, values in self.options.items()})
        if self.nearest is None or outcome.progress > self.nearest[1].progress:
            self.nearest = (choice, outcome)
        return None

    def _learned(self, outcome: Outcome) -> bool:
        """Whether the call asked a batch for an entry that it did not have, which is an input from now on."""
        for name, value in outcome.made.items():
            key = missing_entry(value, outcome.error) if outcome.error else ""
            if key and (name, key) not in self.options:
                self.options[(name, key)] = self.values(key, inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY))
                self.nearest = None
                return True
        return False

    def _alike(self) -> Iterator[Choice]:
        """All tensors of one shape, as residuals, queries and keys often are."""
        first = next(iter(self.options.values()))
        for value in first[:40] if len(self.options) > 1 else ():
            yield {
                place: value if isinstance(values[0], TensorSpec) and values[0].kind == "normal" else values[0]
                for place, values in self.options.items()
            }

    def _sweep(self) -> Choice | None:
        """Combinations by the sum of their ranks, as far as the budget goes."""
        places = list(self.options)
        depth = max(2, int(4 * self.trials ** (1 / max(len(places), 1)))) if self.trials > 0 else 0
        ranks = product(*(range(min(len(self.options[place]), depth)) for place in places))
        for combination in islice(sorted(islice(ranks, 50_000), key=sum), max(self.trials, 0)):
            choice = {place: self.options[place][rank] for place, rank in zip(places, combination, strict=True)}
            if (found := self._try(choice)) is not None:
                return found
        return None


def inputs_of(entry: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    return parameters_of(entry.forward if isinstance(entry, nn.Module) else entry)


def _first_rank(entry: object) -> int:
    """How many sizes the input has, by the first layer or a parameter that broadcasts; 0 where none of them says."""
    if not isinstance(entry, nn.Module):
        return 0
    own = [parameter for _, parameter in entry.named_parameters(recurse=False)]
    broadcast = [parameter.dim() for parameter in own if 1 in parameter.shape[1:]]
    for child in entry.modules():
        for layer, rank in _LAYER_RANKS:
            if isinstance(child, layer):
                return rank
        if isinstance(child, nn.Linear | nn.Embedding | nn.LSTM):
            break
    return max(broadcast, default=0)


def with_size(value: CaseValue, symbol: str, size: int) -> CaseValue:
    """`value` with `size` wherever its shapes have `symbol`."""

    def sized(spec: TensorSpec) -> TensorSpec:
        shape = tuple(size if entry == symbol else entry for entry in spec.shape)
        return replace(spec, shape=shape, high=size if spec.high == symbol else spec.high)

    return map_specs(sized, value)
