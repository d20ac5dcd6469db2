from types import SimpleNamespace

import pytest

from setup.lib import configuration, databases
from setup.lib.databases import KEPT_BY_HAND, Databases
from setup.lib.environment import Environment
from setup.lib.messages import SetupError


class ReducedEnvironment(Environment):
    """A real PostgreSQL, and in place of Odoo what it leaves in a database."""

    odoo = SimpleNamespace(version="19.0-test")
    server = None

    def __init__(self, server, addons_root):
        super().__init__(addons_root)
        self.__dict__["server"] = server
        self.__dict__["python"] = addons_root / "venv" / "key" / "bin" / "python"
        self.runs = []
        self.fails = False
        self.state = "installed"

    def run_odoo(self, arguments, failure, log, remedy=""):
        self.runs.append(arguments)
        if self.fails:
            raise SetupError(failure)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("2026 WARNING module left out\n")
        if arguments[:2] == ["db", "init"]:
            name = arguments[2]
            self.server.client("createdb", name, failure="createdb")
            self.server.query(
                "CREATE TABLE ir_config_parameter (key text, value text);"
                "INSERT INTO ir_config_parameter VALUES ('database.uuid', 'same');"
                "CREATE TABLE ir_module_module (name text, state text)",
                name,
            )
            files = configuration.filestore(name)
            files.mkdir(parents=True)
            (files / "image").write_text("image")
        elif "amazon_order_import" in arguments:
            self.server.query(
                "INSERT INTO ir_module_module "
                f"VALUES ('amazon_order_import', '{self.state}')",
                arguments[1],
            )

    def run_script(self, database, script, failure, log, **variables):
        self.runs.append([script.name, database])

    def installs(self):
        return sum("amazon_order_import" in run for run in self.runs)


@pytest.fixture
def environment(server, tmp_path):
    addon = tmp_path / "addons" / "amazon_order_import"
    addon.mkdir(parents=True)
    (addon / "__manifest__.py").write_text("{}")
    return ReducedEnvironment(server, tmp_path / "addons")


@pytest.fixture
def made(environment):
    return Databases(environment)


def names(made):
    return {name for (name,) in made.server.query("SELECT datname FROM pg_database")}


def change_addon(environment, text):
    (environment.addon / "models.py").write_text(text)


def test_the_second_database_is_a_mere_copy(made, environment):
    made.new("first")
    runs = len(environment.runs)
    made.new("second")
    assert len(environment.runs) == runs
    assert (configuration.filestore("second") / "image").read_text() == "image"


def test_copies_have_identities_of_their_own(made):
    identities = set()
    for name in ("first", "second"):
        made.new(name)
        sql = "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"
        identities.add(made.server.query(sql, name)[0][0])
    assert len(identities) == 2
    assert "same" not in identities


def test_a_changed_addon_is_installed_anew_on_the_same_base(made, environment):
    made.new("first")
    change_addon(environment, "changed")
    made.new("second")
    assert environment.installs() == 2
    assert sum(run[:2] == ["db", "init"] for run in environment.runs) == 1


def test_a_changed_test_of_the_addon_changes_no_template(made, environment):
    made.new("first")
    (environment.addon / "tests").mkdir()
    (environment.addon / "tests" / "test_new.py").write_text("new")
    made.new("second")
    assert environment.installs() == 1


def test_demo_data_go_into_a_template_of_their_own(made, environment):
    made.new("with_demo", demo=True)
    made.new("plain")
    scripts = [run[0] for run in environment.runs if run[0] == "demo_data.py"]
    assert scripts == ["demo_data.py"]
    assert environment.installs() == 1


def test_a_failed_build_leaves_no_template(made, environment):
    environment.fails = True
    with pytest.raises(SetupError):
        made.new("first")
    assert not {name for name in names(made) if name.startswith("template_")}
    environment.fails = False
    made.new("first")
    assert not {name for name in names(made) if name.startswith("draft_")}


def test_an_addon_that_odoo_left_out_is_an_error(made, environment):
    environment.state = "to install"
    with pytest.raises(SetupError, match="did not install amazon_order_import") as no:
        made.new("first")
    assert "module left out" in str(no.value)


def test_old_templates_go_and_the_base_stays(made, environment):
    for number in range(databases.KEPT + 2):
        change_addon(environment, str(number))
        made.new(f"number_{number}")
    templates = [name for name in names(made) if name.startswith("template_addon_")]
    assert len(templates) == databases.KEPT
    for name in templates:
        assert configuration.filestore(name).exists()
    stored = {path.name for path in configuration.filestore("x").parent.iterdir()}
    assert len([name for name in stored if "template_addon" in name]) == databases.KEPT
    assert made.base_template() in names(made)


def test_nobody_connects_to_a_template(made):
    template = made.addon_template()
    with pytest.raises(SetupError, match="not currently accepting connections"):
        made.server.query("SELECT 1", template)


def test_a_dropped_database_takes_its_files_along(made):
    made.new("first")
    made.drop("first")
    assert not made.exists("first")
    assert not configuration.filestore("first").exists()
    made.drop("first")


def test_test_databases_of_killed_runs_are_dropped(made):
    own = made.test_name()
    for name in (own, "test_999999999_abcdef", "test_999999998_abcdef", "test_mine"):
        made.new(name)
    made.set_note("test_999999998_abcdef", KEPT_BY_HAND)
    made.drop_abandoned_tests()
    assert {name for name in names(made) if name.startswith("test_")} == {
        own,
        "test_999999998_abcdef",
        "test_mine",
    }


def test_a_note_is_kept_on_the_database(made):
    made.new("first")
    assert made.note("first") == ""
    made.set_note("first", "abc123")
    assert made.note("first") == "abc123"


def test_a_checkout_without_the_addon_is_said(made, environment):
    (environment.addon / "__manifest__.py").unlink()
    with pytest.raises(SetupError, match="__manifest__.py is missing"):
        made.new("first")
