"""Two Keras layers that stand in a legacy file, their components, and the adapters between them."""

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, TensorSpec

ATTENTION = """
import keras
from keras import ops


class Attention(keras.layers.Layer):
    def __init__(self, units, rate=0.25, **kwargs):
        super().__init__(**kwargs)
        self.units, self.rate = units, rate
        self.wq = keras.layers.Dense(units)
        self.wk = keras.layers.Dense(units)
        self.dropout = keras.layers.Dropout(rate, seed=7)

    def build(self, input_shape):
        self.wq.build(input_shape)
        self.wk.build(input_shape)
        self.scale = self.add_weight(shape=(1,), initializer="ones", name="scale")

    def call(self, inputs, mask=None, training=False):
        scores = ops.matmul(self.wq(inputs), ops.transpose(self.wk(inputs), (0, 2, 1))) * self.scale
        if mask is not None:
            scores = ops.where(mask[:, None, :], scores, -1e9)
        return ops.matmul(self.dropout(ops.softmax(scores, axis=-1), training=training), inputs)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rate": self.rate}
"""
ATTENTION_COMPONENT = """
import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lib")
class Attention(keras.layers.Layer):
    def __init__(self, dim, *, dropout_rate=0.25, seed=7, **kwargs):
        super().__init__(**kwargs)
        self.dim, self.dropout_rate, self.seed = dim, dropout_rate, seed
        self.query_proj = keras.layers.Dense(dim)
        self.key_proj = keras.layers.Dense(dim)
        self.dropout = keras.layers.Dropout(dropout_rate, seed=seed)

    def build(self, input_shape):
        self.query_proj.build(input_shape)
        self.key_proj.build(input_shape)
        self.gain = self.add_weight(shape=(1,), initializer="ones", name="gain")

    def call(self, x, attention_mask=None, training=None):
        query, key = self.query_proj(x), self.key_proj(x)
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) * self.gain
        if attention_mask is not None:
            scores = ops.where(attention_mask[:, None, :], scores, -1e9)
        weights = self.dropout(ops.softmax(scores, axis=-1), training=training)
        return ops.matmul(weights, x)

    def get_config(self):
        return {**super().get_config(), "dim": self.dim, "dropout_rate": self.dropout_rate, "seed": self.seed}
"""
NORM = """
import keras
from keras import ops


class Norm(keras.layers.Layer):
    def __init__(self, momentum=0.9, eps=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.eps = momentum, eps

    def build(self, input_shape):
        width = input_shape[-1]
        self.gamma = self.add_weight(shape=(width,), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(width,), initializer="zeros", name="beta")
        self.mean = self.add_weight(shape=(width,), initializer="zeros", trainable=False, name="mean")

    def call(self, x, training=False):
        mean = self.mean
        if training:
            mean = ops.mean(x, axis=(0, 1))
            self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * mean)
        centred = x - mean
        size = ops.sqrt(ops.mean(centred * centred, axis=-1, keepdims=True) + self.eps)
        return centred * self.gamma / size + self.beta

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "eps": self.eps}
"""

X = TensorSpec(("B", "L", "D"))
DIMS = {"B": 3, "L": 5, "D": 8}
ATTENTION_ADAPTER = Adapter(
    init=(Argument("dim", "units"), Argument("dropout_rate", "rate")),
    forward=(Argument("x", "inputs"), Argument("attention_mask", "mask")),
    state=(("query_proj", "wq"), ("key_proj", "wk"), ("gain", "scale")),
)
ATTENTION_CASE = Case(
    (
        Construction(
            {"units": 6}, DIMS, (Call({"inputs": X, "mask": TensorSpec(("B", "L"), "mask")}), Call({"inputs": X}))
        ),
    )
)
NORM_CASE = Case((Construction({}, DIMS, (Call({"x": X}),)),))
ATTENTION_ORIGINAL = OriginalTask("old/a.py::Attention", "Attention", ATTENTION, ATTENTION_ADAPTER, ATTENTION_CASE)
NORM_ORIGINAL = OriginalTask("old/n.py::Norm", "Norm", NORM, Adapter(), NORM_CASE)
