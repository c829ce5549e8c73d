"""
Feature aggregation

- `compute_FM_parallel`: Factorization machine without the first order: the sum over all pairs of features of the
  product of their
- `FeatureAggregation`: Halves the number of feature embeddings until one is left. Works on the feature axis, each of
  the D columns gets
"""

import torch
from torch import Tensor, nn


def compute_FM_parallel(feature_embedding: Tensor) -> Tensor:
    """
    Compute Fm Parallel

    Factorization machine without the first order: the sum over all pairs of features of the product of their

    **Core Concept:**
    Factorization machine without the first order: the sum over all pairs of features of the product of their
    embeddings, column by column. (..., F, D) -> (..., D) By the square of the sum, so it is linear in F.

    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::compute_FM_parallel` as it
    was.

    **Forward Signature:**
    Input:
      - feature_embedding (B, L, D): the input
    Output:
      - (B, D): the result

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.OrderAttentionLayer → as `compute_FM_parallel`
      of basic_blocks.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.pooling import compute_FM_parallel
    >>> compute_FM_parallel(torch.randn(3, 5, 24)).shape
    torch.Size([3, 24])

    ```
    """
    # for i in range(F):
    #     for j in range(i + 1, F):
    #         out += feature_embedding[..., i, :] * feature_embedding[..., j, :]
    square_of_sum = feature_embedding.sum(dim=-2) ** 2
    sum_of_squares = (feature_embedding**2).sum(dim=-2)
    return 0.5 * (square_of_sum - sum_of_squares)


class FeatureAggregation(nn.Module):
    """
    Feature Aggregation

    Halves the number of feature embeddings until one is left. Works on the feature axis, each of the D columns gets

    **Core Concept:**
    Halves the number of feature embeddings until one is left. Works on the feature axis, each of the D columns gets the
    same weights. x: (..., F, D) returns: (..., D)

    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::FeatureAggregation` as it
    was.

    **Architecture:**
    1. `dim_embed`: `num_feature`
    2. `encoder`: `nn.ModuleList()`
    3. `activation`: `nn.LeakyReLU(negative_slope)`
    4. The result is `x.squeeze(-1)`.

    **Parameters:**
    - num_feature (int): `num_feature` of the original
    - negative_slope (float): `negative_slope` of the original

    **Forward Signature:**
    Input:
      - x (B, D, L): the input
    Output:
      - (B, L): the result

    **Dependencies:**
    - torch.nn.LeakyReLU → makes `activation`
    - torch.nn.Linear → one of the layers
    - torch.nn.ModuleList → makes `encoder`
    - torch.nn.init → one of the layers

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.OrderAttentionLayer → as `FeatureAggregation`
      of basic_blocks.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.pooling import FeatureAggregation
    >>> module = FeatureAggregation(num_feature=24, negative_slope=0.1)
    >>> module(torch.randn(3, 24, 5)).shape
    torch.Size([3, 5])

    ```
    """

    def __init__(self, num_feature: int, negative_slope: float = 0.1) -> None:
        """
        Args:
            num_feature: `num_feature` of the original
            negative_slope: `negative_slope` of the original
        """
        super().__init__()
        self.dim_embed = num_feature  # TODO rename, is not the embedding
        widths = [num_feature]
        while widths[-1] > 1:
            widths.append(widths[-1] // 2)

        self.encoder = nn.ModuleList()
        for i in range(len(widths) - 1):
            self.encoder.append(nn.Linear(widths[i], widths[i + 1]))
        self.activation = nn.LeakyReLU(negative_slope)
        # starts as a mean over the features
        for layer in self.encoder:
            nn.init.constant_(layer.weight, 1.0 / layer.in_features)
            layer.weight.data += 0.02 * torch.randn_like(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, D, L) the input

        Returns:
            (B, L) the result
        """
        x = x.transpose(-1, -2)
        last = len(self.encoder) - 1
        for i, layer in enumerate(self.encoder):
            x = layer(x)
            if i < last:
                x = self.activation(x)
        return x.squeeze(-1)
