"""The addon's code as it is read by the tests that hold its rules."""

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "amazon_order_import"
#: The order in which the domains are imported: each names only those before it.
DOMAINS = (
    "account",
    "report",
    "order",
    "fulfilment",
    "invoicing",
    "completeness",
    "shipping",
    "privacy",
    "settlement",
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class File:
    """A Python file. ``name``: its path inside the addon."""

    path: Path

    @property
    def name(self):
        return self.path.relative_to(ADDON).as_posix()

    @property
    def parts(self):
        return Path(self.name).parts

    @property
    def room(self):
        """The folder of the addon in which it is."""
        return self.parts[0] if len(self.parts) > 1 else ""

    @property
    def domain(self):
        """The domain of a model or wizard, empty for all other files."""
        in_domain = self.room in ("models", "wizards") and len(self.parts) > 2
        return self.parts[1] if in_domain else ""

    @property
    def is_package(self):
        return self.path.name == "__init__.py"

    @functools.cached_property
    def text(self):
        return self.path.read_text(encoding="utf-8")

    @functools.cached_property
    def tree(self):
        return ast.parse(self.text)

    @property
    def lines(self):
        return len(self.text.splitlines())

    def functions(self):
        """Pairs of a function, with its class, and its length in lines."""
        for node in ast.walk(self.tree):
            if isinstance(node, FUNCTIONS):
                yield node, node.end_lineno - node.lineno + 1

    def classes(self):
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    def texts(self):
        """Pairs of a line number and the text that stands there as a constant."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value

    def imports(self):
        """Pairs of a line number and the file of the addon that is imported there."""
        package = self.path.parent
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            if node.level:
                folder = package
                for _ in range(node.level - 1):
                    folder = folder.parent
            elif (node.module or "").startswith("odoo.addons.amazon_order_import"):
                folder = ADDON.parent
            else:
                continue
            names = (node.module or "").removeprefix("odoo.addons.")
            folder = folder.joinpath(*filter(None, names.split(".")))
            for alias in node.names:
                found = module(folder / alias.name) or module(folder)
                if found:
                    yield node.lineno, found


def module(path):
    """The file of a module, None if there is none."""
    for found in (path.with_suffix(".py"), path / "__init__.py"):
        if found.exists():
            return File(found)
    return None


@functools.cache
def production():
    """All files of the addon but its tests."""
    return [file for file in _files() if file.room != "tests"]


@functools.cache
def of_tests():
    return [file for file in _files() if file.room == "tests"]


def _files():
    return [File(path) for path in sorted(ADDON.rglob("*.py"))]


@dataclass(frozen=True)
class Model:
    """A class that is a model of Odoo, or a piece of one."""

    file: File
    node: ast.ClassDef
    base: str
    own_name: str
    inherited: tuple[str, ...]

    @property
    def name(self):
        """The model that the class makes or extends."""
        return self.own_name or (self.inherited[0] if self.inherited else "")

    def methods(self):
        return [node for node in self.node.body if isinstance(node, FUNCTIONS)]


@functools.cache
def models():
    return [
        _model(file, node)
        for file in production()
        for node in file.classes()
        if any(_is_model(base) for base in node.bases)
    ]


def _is_model(base):
    return isinstance(base, ast.Attribute) and ast.unparse(base.value) == "models"


def _model(file, node):
    values = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and target.id in ("_name", "_inherit"):
                values[target.id] = ast.literal_eval(statement.value)
    inherited = values.get("_inherit", ())
    if isinstance(inherited, str):
        inherited = (inherited,)
    base = next(base.attr for base in node.bases if _is_model(base))
    name = values.get("_name", "")
    # What extends a model and joins another to it has to name it once more.
    return Model(file, node, base, "" if name in inherited else name, tuple(inherited))


@functools.cache
def homes():
    """``{name of a model of ours: file that makes it}``."""
    return {model.own_name: model.file for model in models() if model.own_name}


def decorators(function):
    return {ast.unparse(decorator) for decorator in function.decorator_list}
