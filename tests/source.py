"""The tree as data: modules, what they import, how long they are. For the laws of the house in test_house.py."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["pipelines", "rotations", "incidents", "oncall_portal"]  # from the ground to the roof
Function = ast.FunctionDef | ast.AsyncFunctionDef
NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Import:
    target: str  # whole dotted name of the module
    line: int
    in_function: bool


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def parts(self) -> tuple[str, ...]:
        return self.path.relative_to(ROOT).with_suffix("").parts

    @property
    def name(self) -> str:
        return ".".join(self.parts[:-1] if self.parts[-1] == "__init__" else self.parts)

    @property
    def app(self) -> str:
        return self.parts[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imports(self) -> list[Import]:
        inner = {node for function in self.functions for node in ast.walk(function)}
        return [
            Import(target, node.lineno, node in inner)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for target in self._targets(node)
        ]

    def _targets(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = node.module or ""
        if node.level:
            depth = node.level - (self.parts[-1] == "__init__")
            package = self.name.split(".")[: -depth or None]
            base = ".".join([*package, base]).rstrip(".")
        for alias in node.names:
            inside = f"{base}.{alias.name}"
            yield inside if is_module(inside) else base

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def code_lines(self) -> set[int]:
        """Numbers of the lines that hold code: neither empty, nor a comment, nor a docstring."""
        lines: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.path.read_text(encoding="utf-8")).readline):
            if token.type not in NOT_CODE:
                lines.update(range(token.start[0], token.end[0] + 1))
        return lines - self._docstring_lines()

    def _docstring_lines(self) -> set[int]:
        owners = [self.tree, *(node for node in ast.walk(self.tree) if isinstance(node, Function | ast.ClassDef))]
        texts = [owner.body[0] for owner in owners if ast.get_docstring(owner, clean=False) is not None]
        return {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}

    def length_of(self, function: Function) -> int:
        return len(self.code_lines & set(range(function.lineno, (function.end_lineno or 0) + 1)))

    def where(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT)}:{line}"


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def modules(*folders: str) -> list[Module]:
    """Every module under these folders but migrations, which tools write."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Module(path) for path in paths if "migrations" not in path.parts]


def tracked_files() -> list[Path]:
    """What is in the repository, and what is about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for name in names if (path := ROOT / name).is_file()]


def dotted(node: ast.AST) -> str:
    """The text of a chain of names: `dt.datetime.now`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
