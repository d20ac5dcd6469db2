"""The rules of the house, read off the code: where everything lives, and how long.

Each rule lists all that breaks it, as ``file:line what``.
"""

import ast
import re

from .code import ADDON, DOMAINS, decorators, homes, models, of_tests, production

FILE_LINES, FUNCTION_LINES, TEST_LINES = 450, 60, 700
# Why some are longer than that.
LONG_FILES = {}
LONG_FUNCTIONS = {
    ("models/completeness/amazon_control_order.py", "_get_refresh_query"): "SQL",
    ("models/fulfilment/amazon_stock_difference.py", "_get_query"): "SQL",
}
#: The one place that knows which importer reads a kind of report.
IMPORTERS_TABLE = "IMPORTERS"
#: What an integrator may call (see design.md), and methods that Odoo makes public.
PUBLIC = {"create_from_file", "process", "preview", "undo"}
ODOOS = {
    "create",
    "write",
    "unlink",
    "copy",
    "copy_data",
    "init",
    "default_get",
    "action_confirm",
}
RE_CALLED = re.compile(r"_?(action|cron)_\w+$")


def broken(problems):
    return "\n".join(["", *sorted(problems)])


# === SIZES === #


def test_files_can_be_read_at_once():
    problems = [
        f"{file.name}: {file.lines} lines"
        for file in production()
        if file.lines > FILE_LINES and file.name not in LONG_FILES
    ]
    assert not problems, broken(problems)


def test_functions_fit_on_a_screen():
    problems = [
        f"{file.name}:{node.lineno} {node.name}: {lines} lines"
        for file in production()
        for node, lines in file.functions()
        if lines > FUNCTION_LINES and (file.name, node.name) not in LONG_FUNCTIONS
    ]
    assert not problems, broken(problems)


def test_no_reader_of_tests_gets_lost():
    problems = [
        f"{file.name}: {file.lines} lines"
        for file in of_tests()
        if file.lines > TEST_LINES
    ]
    problems += [
        f"{file.name}:{node.lineno} {node.name}: {lines} lines"
        for file in of_tests()
        for node, lines in file.functions()
        if lines > FUNCTION_LINES
    ]
    assert not problems, broken(problems)


def test_exceptions_are_needed():
    """What is excepted above is still there, and still that long."""
    files = {file.name: file for file in production()}
    lengths = {
        (file.name, node.name): lines
        for file in production()
        for node, lines in file.functions()
    }
    problems = [n for n in LONG_FILES if files[n].lines <= FILE_LINES]
    problems += [n for n in LONG_FUNCTIONS if lengths[n] <= FUNCTION_LINES]
    assert not problems


# === ONE WAY === #


def test_domains_are_imported_in_their_order():
    for room in ("models", "wizards"):
        text = (ADDON / room / "__init__.py").read_text()
        found = re.findall(r"^from \. import (\w+)", text, re.MULTILINE)
        found = [name for name in found if name in DOMAINS]
        assert found == sorted(found, key=DOMAINS.index), room
    folders = {path.name for path in (ADDON / "models").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == set(DOMAINS)


def test_a_domain_names_only_those_before_it():
    problems = []
    for file in production():
        if not file.domain:
            continue
        allowed = DOMAINS[: DOMAINS.index(file.domain) + 1]
        named = [(line, homes()[t], t) for line, t in file.texts() if t in homes()]
        named += [(line, found, found.name) for line, found in file.imports()]
        problems += [
            f"{file.name}:{line} {name} is of {home.domain}"
            for line, home, name in named
            if home.domain and home.domain not in allowed
        ]
    assert not problems, broken(problems)


def test_nothing_names_an_importer():
    """But for the one table of the importers, and the importers themselves."""
    problems = []
    for file in production():
        if file.room in ("", "importers"):
            continue
        table = _lines_of(file, IMPORTERS_TABLE)
        problems += [
            f"{file.name}:{line} imports {found.name}"
            for line, found in file.imports()
            if found.room == "importers"
        ]
        problems += [
            f"{file.name}:{line} names {text}"
            for line, text in file.texts()
            if text in homes()
            and homes()[text].room == "importers"
            and line not in table
        ]
    assert not problems, broken(problems)


def test_there_is_one_table_of_importers():
    tables = [file.name for file in production() if _lines_of(file, IMPORTERS_TABLE)]
    askers = [
        file.name
        for file in production()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_get_importer"
    ]
    assert len(tables) == 1
    assert tables == askers


def _lines_of(file, name):
    """The lines of an assignment in a file."""
    for node in file.tree.body:
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
            return range(node.lineno, node.end_lineno + 1)
    return range(0)


def test_no_files_import_each_other():
    graph = {
        file.name: {found.name for _line, found in file.imports()} - {file.name}
        for file in production()
    }
    problems = [" <-> ".join(sorted(circle)) for circle in _circles(graph)]
    assert not problems, broken(problems)


def _circles(graph):
    """Sets of names that reach each other."""
    reach = {name: _reachable(graph, name) for name in graph}
    seen, found = set(), []
    for name in graph:
        circle = {other for other in reach[name] if name in reach[other]}
        if name in reach[name] and name not in seen:
            found.append(circle)
            seen |= circle
    return found


def _reachable(graph, name):
    found, left = set(), [name]
    while left:
        for other in graph[left.pop()] - found:
            found.add(other)
            left.append(other)
    return found


# === TYPES === #


def test_what_something_is_is_a_field():
    """No prefixes, no ``hasattr``, no texts that another file has just written."""
    problems = []
    for file in production():
        for node in ast.walk(file.tree):
            what = _guessed(node)
            if what:
                problems.append(f"{file.name}:{node.lineno} {ast.unparse(node)}")
    assert not problems, broken(problems)


def _guessed(node):
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return re.search(r"\bkind$", ast.unparse(node.value))
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant):
        return node.left.value in ("_orders_", "orders_", "mfn_", "fba_")
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    if called == "hasattr":
        return True
    if called == "getattr":
        # One of several fields is fine, one that may not be there is none.
        guess = len(node.args) > 2 or isinstance(node.args[1], ast.Constant)
        return guess and re.search(r"\brow$", ast.unparse(node.args[0]))
    if called.endswith((".startswith", ".endswith")):
        return re.search(r"\bkind\.", called) or any(
            re.match(r"\(?'(mfn|fba|vcs|all_orders)", ast.unparse(argument))
            for argument in node.args
        )
    return False


RE_CONTEXT = re.compile(r"context(\.get\(|\[)['\"](amazon_\w*)['\"]")


def test_a_context_that_a_client_sends_changes_nothing():
    """States of ours in the context are read by ``get_trusted`` alone."""
    problems = [
        f"{file.name}:{number} {line.strip()}"
        for file in production()
        if file.name != "trusted_context.py"
        for number, line in enumerate(file.text.splitlines(), 1)
        if RE_CONTEXT.search(line)
        or re.search(r"['\"]amazon_\w+['\"] (not )?in self\.env\.context", line)
    ]
    assert not problems, broken(problems)


# === NAMES === #


def test_services_are_private():
    problems = [
        f"{model.file.name}:{method.lineno} {method.name}"
        for model in models()
        if model.base == "AbstractModel" and not model.name.startswith("ir.")
        for method in model.methods()
        if not method.name.startswith("_")
        # Odoo asks for a right before these, which nobody has on a service.
        and method.name not in ("create", "write", "unlink")
        and "api.private" not in decorators(method)
        and "property" not in decorators(method)
        and not _is_private(method.name, model.name)
    ]
    assert not problems, broken(problems)


def _is_private(method, name):
    """Whether a model that is inherited has made the method private for all."""
    pieces = [model for model in models() if model.name == name]
    return any(
        "api.private" in decorators(found)
        for piece in pieces
        for found in piece.methods()
        if found.name == method
    ) or any(
        _is_private(method, parent)
        for piece in pieces
        for parent in piece.inherited
        if parent != name
    )


def test_what_clients_call_has_its_name():
    """A public method of a record is a button's, an integrator's, or Odoo's own."""
    problems = [
        f"{model.file.name}:{method.lineno} {method.name}"
        for model in models()
        if model.base != "AbstractModel"
        for method in model.methods()
        if not method.name.startswith("_")
        and not RE_CALLED.match(method.name)
        and method.name not in PUBLIC | ODOOS | CALLED_BY_VIEWS
        and "api.private" not in decorators(method)
    ]
    assert not problems, broken(problems)


#: Called by the web client's own widgets, and of Odoo's wizards.
CALLED_BY_VIEWS = {
    "get_calendar",
    "get_empty_list_help",
    "get_first_steps",
    "get_values",
    "reverse_moves",
    "set_values",
}


def test_a_file_has_its_models_name():
    """The name of its one model, or of a named piece of it."""
    problems = []
    for file in production():
        if file.room not in ("models", "wizards") or file.is_package:
            continue
        names = {model.name for model in models() if model.file.name == file.name}
        stems = [name.replace(".", "_") for name in names]
        if stems and not any(
            file.path.stem == stem or file.path.stem.startswith(f"{stem}_")
            for stem in stems
        ):
            problems.append(f"{file.name}: {', '.join(sorted(names))}")
        # A model and its lines are one.
        if any(not name.startswith(min(names, key=len)) for name in names):
            problems.append(f"{file.name}: {', '.join(sorted(names))} in one file")
    assert not problems, broken(problems)


def test_one_place_calls_people():
    place = "models/account/mail_activity.py"
    problems = [
        f"{file.name}:{node.lineno}"
        for file in production()
        if file.name != place
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "activity_schedule"
    ]
    assert not problems, broken(problems)


def test_packages_say_what_is_in_them():
    problems = [
        file.name
        for file in production()
        if file.is_package and file.room and not ast.get_docstring(file.tree)
    ]
    assert not problems, broken(problems)
