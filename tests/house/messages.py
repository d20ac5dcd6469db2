"""The catalogue of messages and its uses, read off the code."""

import ast
import functools
import re
from dataclasses import dataclass

from .code import production

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue. ``place``: where it stands."""

    code: str
    place: str
    text: str
    step: str
    reason: str

    @property
    def values(self):
        return set(PLACEHOLDER.findall(self.text + self.step))


@functools.cache
def entries():
    return [
        _entry(file, key, value)
        for file in production()
        if file.room == "messages"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "Template"
    ]


def _entry(file, key, call):
    given = dict(zip(("text", "step", "reason"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords}
    named = _constants(file)
    texts = {name: _text(node, named) for name, node in given.items()}
    return Entry(
        ast.literal_eval(key),
        f"{file.name}:{call.lineno}",
        texts["text"],
        texts.get("step", ""),
        texts.get("reason", ""),
    )


def _constants(file):
    """``{name: expression}`` of what is named at the top of a file."""
    return {
        target.id: node.value
        for node in file.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _text(node, named):
    if isinstance(node, ast.Name):
        node = named[node.id]
    if isinstance(node, ast.Call):
        (node,) = node.args
    return ast.literal_eval(node)


@dataclass(frozen=True)
class Use:
    """A call of ``message``. ``values``: the names that it gives, None if unknown."""

    code: str
    place: str
    values: frozenset[str] | None


@functools.cache
def uses():
    return [use for file in production() for use in _uses(file)]


def _uses(file):
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "message":
            names = [keyword.arg for keyword in node.keywords]
            values = None if None in names else frozenset(names)
            for code in _codes(node.args[0]):
                yield Use(code, f"{file.name}:{node.lineno}", values)


def _codes(node):
    """The codes that an expression may be, as far as it says them."""
    if isinstance(node, ast.IfExp):
        return [*_codes(node.body), *_codes(node.orelse)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []


@functools.cache
def named():
    """All texts that stand in the code outside the catalogue, and the beginnings and
    ends of codes that are put together."""
    texts, parts = set(), set()
    for file in production():
        if file.room == "messages":
            continue
        texts.update(text for _line, text in file.texts())
        for node in ast.walk(file.tree):
            if isinstance(node, ast.JoinedStr):
                parts.update(
                    part.value
                    for part in (node.values[0], node.values[-1])
                    if isinstance(part, ast.Constant)
                )
    beginnings = {part for part in parts if re.fullmatch(r"[a-z]+_([a-z]+_)*", part)}
    ends = {part for part in parts if re.fullmatch(r"(_[a-z]+)+", part)}
    return texts, tuple(beginnings), tuple(ends)
