"""The laws of the house: who may import whom, who may ask the time, how long things may get.

A law that stands in the way is discussed, not bent: exceptions are named here with their reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from django.template.engine import Engine

from tests.source import APPS, ROOT, Import, Module, dotted, modules, tracked_files

OURS = modules(*APPS)
EVERYTHING = [*OURS, *modules("tests")]
BY_NAME = {module.name: module for module in OURS}

# Inside an app, from the ground up. A module belongs to the floor of its first name under the app.
FLOORS = {
    "domain": 1,
    "markdown": 1,
    "environment": 1,
    "logs": 1,
    "formats": 1,
    "models": 2,
    "rights": 3,
    "groups": 3,
    "verbs": 4,
    "loads": 4,
    "now": 4,
    "pipeline": 4,
    "forms": 5,
    "tables": 5,
    "filters": 5,
    "templatetags": 5,
    "views": 6,
    "api": 6,
    "admin": 6,
    "admin_site": 6,
    "accounts": 6,
    "tasks": 6,
    "pager": 6,
    "jobs": 6,
    "health": 6,
    "mailbox": 6,
    "due": 6,
    "seed": 6,
    "middleware": 6,
    "management": 6,
    "urls": 7,
    "checks": 8,
    "settings": 8,
    "apps": 8,
    "wsgi": 8,
    "__init__": 8,
}
MAY_BE_HEAVY = {"ortools", "holidays", "apprise"}  # seconds or tens of megabytes: imported where they are used
CLOCKS_AND_MACHINES = {"os", "time", "subprocess", "socket"}
PURE = {"icalendar", "holidays", "ortools", "numpy"} | (sys.stdlib_module_names - CLOCKS_AND_MACHINES)
TOP_LEVEL = {
    *APPS,
    *("templates", "static", "tests", "docs", ".ci", "manage.py", "Makefile", "pyproject.toml"),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"),
    *("README.md", "CHANGELOG.md", "LICENSE", ".env.example", ".gitignore", ".dockerignore"),
    *("Dockerfile", "compose.yaml"),
}
JUNK_DRAWERS = {"common", "utils", "util", "core", "helpers", "services", "misc", "extra"}
ASK_THE_TIME = {"views", "health", "management", "admin"}
ASK_THE_TIME_TOO = {
    "pipelines.rights": "a right is asked for now: has_perm takes no instant",
    "pipelines.templatetags.portal": "a tag leaves out the year when it is this year's; it has no view to ask",
}
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 350, 45, 150


def first_name(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def inside(target: str) -> bool:
    return target.split(".")[0] in APPS


def every_import() -> list[tuple[Module, Import]]:
    return [(module, found) for module in OURS for found in module.imports]


# --- imports


def test_imports_run_down_the_apps():
    wrong = [
        f"{module.where(found.line)} imports {found.target}"
        for module, found in every_import()
        if inside(found.target) and APPS.index(found.target.split(".")[0]) > APPS.index(module.app)
    ]
    assert wrong == []


def test_every_module_stands_on_a_floor():
    assert [module.name for module in OURS if first_name(module.name) not in FLOORS] == []


def test_imports_run_down_the_floors():
    wrong = [
        f"{module.where(found.line)} imports {found.target}"
        for module, found in every_import()
        if inside(found.target) and FLOORS[first_name(found.target)] > FLOORS[first_name(module.name)]
    ]
    assert wrong == []


def test_domains_are_pure():
    wrong = [
        f"{module.where(found.line)} imports {found.target}"
        for module, found in every_import()
        if "domain" in module.parts and not is_pure(found.target)
    ]
    assert wrong == []


def is_pure(target: str) -> bool:
    return target.split(".")[0] in PURE or (inside(target) and ".domain" in target)


def test_imports_stand_at_the_top():
    wrong = [
        f"{module.where(found.line)} imports {found.target}"
        for module, found in every_import()
        if found.in_function and found.target.split(".")[0] not in MAY_BE_HEAVY
    ]
    assert wrong == []


def test_imports_by_name_are_left_to_the_wiring():
    wrong = [
        module.where(node.lineno)
        for module in OURS
        if module.parts[-1] != "apps"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("import_module", "import_string")
    ]
    assert wrong == []


def test_there_is_no_circle():
    graph = {name: {found.target for found in module.imports} & set(BY_NAME) for name, module in BY_NAME.items()}
    while leaves := {name for name, targets in graph.items() if not targets}:
        graph = {name: targets - leaves for name, targets in graph.items() if name not in leaves}
    assert graph == {}  # what is left is a circle, or stands on one


def test_checks_import_nothing_that_needs_loaded_apps():
    allowed = ("django.core.checks", "django.conf", "django.db")
    targets = {found.target for found in BY_NAME["oncall_portal.checks"].imports}
    assert {target for target in targets if target not in allowed and target not in PURE | {"collections.abc"}} == set()


# --- the clock


def test_only_views_commands_and_admin_ask_the_time():
    wrong = [
        module.where(line)
        for module in OURS
        if first_name(module.name) not in ASK_THE_TIME and module.name not in ASK_THE_TIME_TOO
        for line in clock_lines(module)
    ]
    assert wrong == []


def test_exceptions_to_the_law_of_the_clock_are_still_needed():
    assert [name for name in ASK_THE_TIME_TOO if not clock_lines(BY_NAME[name])] == []


def clock_lines(module: Module) -> list[int]:
    """Lines that read a clock: now, today, utcnow; and localtime() or localdate() of nothing."""
    lines = []
    for node in ast.walk(module.tree):
        name = dotted(node)
        if re.fullmatch(r"(.*\.)?(datetime|date|timezone)\.(now|today|utcnow)|time\.(time|time_ns|monotonic)", name):
            lines.append(node.lineno)
        if isinstance(node, ast.Call) and re.fullmatch(r"timezone\.(localtime|localdate)", dotted(node.func)):
            lines += [] if node.args else [node.lineno]
    return lines


# --- sizes


def test_files_stay_readable():
    wrong = {module.name: len(module.code_lines) for module in EVERYTHING if len(module.code_lines) > LONGEST_FILE}
    assert wrong == {}


def test_functions_stay_readable():
    wrong = {
        f"{module.where(function.lineno)} {function.name}": module.length_of(function)
        for module in EVERYTHING
        for function in module.functions
        if module.length_of(function) > LONGEST_FUNCTION
    }
    assert wrong == {}


# --- templates

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PLAIN_TAGS = {
    *("extends", "block", "endblock", "include", "load", "comment", "endcomment"),
    *("if", "elif", "else", "endif", "for", "empty", "endfor"),
    *("url", "static", "csrf_token", "querystring", "querystring_replace", "render_table", "crispy"),
    *("blocktranslate", "endblocktranslate", "translate"),
}
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\s(style|on[a-z]+)\s*=", re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_neither_scripts_nor_styles_nor_logic(template):
    text = template.read_text(encoding="utf-8")
    inline = [text[found.start() : found.start() + 40] for found in INLINE.finditer(without_comments(text))]
    logic = set(re.findall(r"{%-?\s*(\w+)", text)) - PLAIN_TAGS - own_tags() - ADMIN_TAGS
    assert (inline, logic) == ([], set())
    assert len(text.splitlines()) <= LONGEST_TEMPLATE


ADMIN_TAGS = {"element", "endelement", "slot", "endslot"}  # allauth's own templates are made of these


def own_tags() -> set[str]:
    engine = Engine.get_default()
    return {name for library in engine.template_builtins[3:] for name in library.tags}


def without_comments(text: str) -> str:
    return re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)


# --- the tree


def test_the_top_level_holds_only_what_belongs_there():
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} - TOP_LEVEL == set()


def test_there_is_no_junk_drawer():
    folders = {name for path in tracked_files() for name in path.relative_to(ROOT).with_suffix("").parts}
    vendored = {name for path in tracked_files() if "vendor" in path.parts for name in path.with_suffix("").parts}
    assert (folders - vendored) & JUNK_DRAWERS == set()


def test_no_file_names_the_machine_it_was_written_on():
    machine = re.compile(rb"/(?:root|work|opt|home/\w+|Users/\w+)/|file:///|--(?:extra-)?index-url|--find-links")
    allowed = {ROOT / "tests" / "test_house.py", ROOT / "Makefile"}
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0].decode()}"
        for path in tracked_files()
        if path not in allowed and "vendor" not in path.parts and (found := machine.search(path.read_bytes()))
    ]
    assert wrong == []


def test_requirements_are_pinned_hashed_and_name_no_registry():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.split(r"\n(?=[a-z0-9])", text)
        assert [pin[:60] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
        assert "://" not in text


def test_test_files_have_names_of_their_own():
    names = [module.parts[-1] for module in modules("tests") if module.parts[-1].startswith("test_")]
    assert len(names) == len(set(names))


# --- what is loaded

HEAVY = ["ortools", "holidays", "pandas", "numpy", "apprise"]
ONE_REQUEST = f"""
import sys, django
django.setup()
from django.test import Client
from django.urls import get_resolver
assert get_resolver().url_patterns
assert Client().get("/accounts/login/").status_code == 200
print(sorted(set(sys.modules) & set({HEAVY})))
"""


def test_the_web_process_stays_light():
    command = [sys.executable, "-W", "ignore", "-c", ONE_REQUEST]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
