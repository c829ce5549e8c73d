from .temporal_encoding import TimeEncode, TimeEncoder

__all__ = ["TimeEncode", "TimeEncoder"]
