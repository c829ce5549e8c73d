"""Find duplicated modules in legacy PyTorch code, make one component of each, and prove that nothing changed."""

__version__ = "0.1.0"
