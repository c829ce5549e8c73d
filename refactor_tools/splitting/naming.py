"""What the new files are called: after their main class, or after what their definitions have in common."""

import ast
from collections import Counter
from collections.abc import Collection, Sequence
from keyword import iskeyword

from refactor_tools.clones.forms import name_words, role_word
from refactor_tools.layout import snake_case
from refactor_tools.splitting.units import Unit

_UNCOUNTED = frozenset({"attention", "feedforward", "normalization", "pooling", "routing", "padding", "encoding"})


def file_names(groups: Sequence[Sequence[Unit]], taken: Collection[str]) -> list[str]:
    """A stem for every group, different from each other and from `taken`."""
    used = set(taken)
    names = [node.name for group in groups for unit in group for node in unit.definitions]
    common = common_words(names) if len(groups) > 1 else frozenset()
    found = []
    for group in groups:
        candidates = _candidates(group, common)
        stem = next((name for name in candidates if name not in used), None)
        if stem is None:
            first, number = candidates[0], 2
            while f"{first}_{number}" in used:
                number += 1
            stem = f"{first}_{number}"
        used.add(stem)
        found.append(stem)
    return found


def common_words(names: Sequence[str]) -> frozenset[str]:
    """Words that more than half of the names hold: they say what the file is about, not what its parts are."""
    counts = Counter(word for name in names for word in set(name_words(name)))
    return frozenset(word for word, count in counts.items() if 2 * count > len(names) and len(names) > 2)


def _candidates(group: Sequence[Unit], common: frozenset[str]) -> list[str]:
    definitions = [node for unit in group for node in unit.definitions]
    classes = [node for node in definitions if isinstance(node, ast.ClassDef)]
    named = classes or definitions
    if not named:
        return ["constants"]
    names = list(dict.fromkeys(node.name for node in named))
    main = _main(group, named)
    found = [snake_case(main)] if len(names) == 1 else []
    roles = Counter(role_word(name) for name in names)
    role, count = min(roles.items(), key=lambda item: (-item[1], names.index(_first_with(names, item[0]))))
    if len(names) > 1 and 3 * count >= 2 * len(names) and role not in common:
        found.append(_plural(role) if classes else role)
    if classes and _dominates(main, named):
        found.append(snake_case(main))
    shared = set.intersection(*(set(name_words(name)) for name in names)) - common
    found += [word for word in name_words(names[0]) if word in shared and len(names) > 1]
    found += (
        [snake_case(main), f"{snake_case(main)}_parts"] if classes else ["functional", f"{snake_case(main)}_function"]
    )
    return [name for name in (_safe(item) for item in found) if name]


def _main(group: Sequence[Unit], named: Sequence[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]) -> str:
    """The definition that no other of the group needs; the longest of these."""
    numbers = {name: unit.number for unit in group for name in unit.binds}
    needed = {number for unit in group for number in unit.needs}
    tops = [node for node in named if numbers.get(node.name) not in needed] or list(named)
    return max(tops, key=lambda node: (_length(node), -node.lineno)).name


def _dominates(main: str, named: Sequence[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]) -> bool:
    lengths = Counter[str]()
    for node in named:
        lengths[node.name] += _length(node)
    return 2 * lengths[main] > lengths.total()


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _first_with(names: Sequence[str], role: str) -> str:
    return next(name for name in names if role_word(name) == role)


def _plural(word: str) -> str:
    if word in _UNCOUNTED or (word.endswith("s") and not word.endswith("ss")):
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"


def _safe(name: str) -> str:
    """A name that can be imported, "" where nothing is left of it."""
    text = name.strip("_")
    if not text.isidentifier():
        text = f"_{text}" if text[:1].isdigit() else ""
    return f"{text}_" if iskeyword(text) else text
