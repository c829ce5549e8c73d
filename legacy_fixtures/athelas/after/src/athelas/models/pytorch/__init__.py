"""Atomic components of `athelas.models.pytorch`: one concept a file, one folder a category.

`component_index/README.md` lists them with their proofs.
"""
