"""What one file yields as JSON and back: for the cache, and between processes."""

from dataclasses import dataclass

import msgspec

from refactor_tools.model.facts import FileFacts
from refactor_tools.model.prints import FilePrints


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is kept of one file."""

    facts: FileFacts
    prints: FilePrints


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """The entry as JSON.

    Raises:
        UnicodeEncodeError: it holds text that is no Unicode (lone surrogates in a string or in a file's name).
    """
    return _ENCODER.encode(entry)


def decode(text: bytes | msgspec.Raw) -> Entry:
    """The entry that `encode` was given.

    Raises:
        msgspec.DecodeError: the text is not one.
    """
    return _DECODER.decode(text)
