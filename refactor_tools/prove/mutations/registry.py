"""The kinds of bugs by name, in the order in which they take turns."""

from collections.abc import Mapping

from refactor_tools.prove.mutations.casts import other_device, other_dtype
from refactor_tools.prove.mutations.draws import extra_draw, moved_dropout, other_order, other_rate
from refactor_tools.prove.mutations.flow import lost_statement, negated_condition, other_comparison, other_exception
from refactor_tools.prove.mutations.gradients import detached
from refactor_tools.prove.mutations.initialisation import other_initialisation
from refactor_tools.prove.mutations.layers import (
    other_activation,
    other_bias,
    other_eps,
    other_momentum,
    other_padding,
)
from refactor_tools.prove.mutations.masks import hidden_nan, inverted_mask, other_mask_value
from refactor_tools.prove.mutations.memory import changed_input, other_layout
from refactor_tools.prove.mutations.modes import other_mode
from refactor_tools.prove.mutations.operands import (
    lost_operand,
    other_flag,
    other_operator,
    other_scale,
    swapped_arguments,
    swapped_operands,
)
from refactor_tools.prove.mutations.outputs import other_output
from refactor_tools.prove.mutations.reductions import off_by_one, other_axis, other_reduction, unstable_sort
from refactor_tools.prove.mutations.registration import (
    other_layer_order,
    other_persistence,
    other_registration_order,
    other_requires_grad,
    other_ties,
    swapped_parameters,
)
from refactor_tools.prove.mutations.syntax import Rule

RULES: Mapping[str, Rule] = {
    "scale": other_scale,
    "axis": other_axis,
    "eps": other_eps,
    "bias": other_bias,
    "dropout rate": other_rate,
    "activation": other_activation,
    "reduction": other_reduction,
    "mask value": other_mask_value,
    "inverted mask": inverted_mask,
    "operator": other_operator,
    "swapped operands": swapped_operands,
    "lost operand": lost_operand,
    "swapped arguments": swapped_arguments,
    "condition": negated_condition,
    "comparison": other_comparison,
    "detach": detached,
    "lost statement": lost_statement,
    "order of parameters": other_registration_order,
    "order of layers": other_layer_order,
    "swapped parameters": swapped_parameters,
    "ties": other_ties,
    "persistence": other_persistence,
    "requires_grad": other_requires_grad,
    "initialisation": other_initialisation,
    "momentum": other_momentum,
    "padding": other_padding,
    "dropout place": moved_dropout,
    "random order": other_order,
    "train or eval": other_mode,
    "off by one": off_by_one,
    "dtype": other_dtype,
    "changed input": changed_input,
    "memory layout": other_layout,
    "outputs": other_output,
    "exception": other_exception,
    "hidden NaN": hidden_nan,
    "unstable sort": unstable_sort,
    "extra draw": extra_draw,
    "flag": other_flag,
    "device": other_device,
}
# What no run on a CPU alone can show: there, these bugs change nothing.
OF_OTHER_DEVICES = frozenset({"device"})
