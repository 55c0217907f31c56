"""What the sources never do: run, build or load what somebody sends. Read, not run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALLS = {"eval", "exec", "compile", "__import__", "render_template_string", "from_string", "system", "popen"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "yaml", "ldap3", "pymemcache", "ctypes"}
WEAK = {"md5", "sha1"}
RANDOM = {"random"}


def trees(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def imported(tree: ast.AST) -> set[str]:
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    return names | {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_nothing_runs_or_unpacks_what_is_sent() -> None:
    """No program started, no code or template built, no object read back from bytes."""
    found = []
    for path, tree in trees("app", "figures", "forms", "workflows"):
        found += [f"{path}: {name}" for name in imported(tree) & MODULES]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in CALLS:
                is_pattern = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"
                found += [] if is_pattern else [f"{path}:{node.lineno}: {called(node)}"]
    assert found == []


def test_no_statement_is_built_from_text() -> None:
    """SQL written by hand is a constant, in one piece: values come as parameters."""
    found = []
    for path, tree in trees("app"):
        if "sqlalchemy" not in imported(tree):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                found += [] if isinstance(node.args[0], ast.Constant) else [f"{path}:{node.lineno}"]
    assert found == []


def test_chance_and_digests_are_those_of_cryptography() -> None:
    """Weak digests nowhere; ordinary chance only where a region is invented."""
    found = []
    for path, tree in trees("app", "figures", "forms", "workflows", "reports"):
        if not path.startswith("app/demo/"):
            found += [f"{path}: {name}" for name in imported(tree) & RANDOM]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in WEAK:
                found.append(f"{path}:{node.lineno}: {called(node)}")
    assert found == []


def test_what_is_asked_of_another_server_is_not_sent_on_elsewhere() -> None:
    """Every way out over HTTP refuses redirections, waits for a while only, and checks certificates."""
    found = []
    for path, tree in trees("app"):
        for node in ast.walk(tree):
            text = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and (text.startswith("httpx.") or text == "OAuth2Client"):
                said = {one.arg: ast.unparse(one.value) for one in node.keywords}
                found.append((path, said.get("follow_redirects"), "timeout" in said, "verify" in said))
    assert set(found) == {("app/openid/provider.py", "False", True, False)}


def test_scripts_build_no_markup_and_keep_no_data() -> None:
    """Texts are put in pages as texts; the browser keeps the hour of last use, and answers until they are sent:
    nothing that was read."""
    markup, stored = [], set()
    for path in sorted((ROOT / "app" / "static" / "src" / "js").glob("*.js")):
        source = path.read_text()
        assert not re.search(r"\beval\(|new Function|document\.write|postMessage|outerHTML|insertAdjacentHTML", source)
        markup += [f"{path.name}: {line.strip()}" for line in source.splitlines() if re.search(r"innerHTML\s*=", line)]
        stored |= {path.name} if re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", source) else set()
    # A row of the page's own <template>, where the only thing that changes is a number.
    assert [line.split(":")[0] for line in markup] == ["rows.js"]
    assert stored <= {"lock.js", "answers.js"}
