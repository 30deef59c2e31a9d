"""The extension for VS Code: its manifest, its words, its file, and what it does when started."""

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from browser import browser_test
from node import node

import autograd_lite
from autograd_lite import Value, trace
from autograd_lite.__main__ import main
from autograd_lite.debugging import extension as writer
from autograd_lite.stepping.page import page

FOLDER = writer.SOURCE
MANIFEST = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
SCRIPTS = sorted(FOLDER.glob("*.js"))


def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_every_text_of_the_manifest_is_there_in_both_languages():
    asked = set(re.findall(r'"%([^%"]+)%"', (FOLDER / "package.json").read_text(encoding="utf-8")))
    for name in ("package.nls.json", "package.nls.ja.json"):
        words = read(name)
        assert set(words) == asked
        assert all(words.values())


def test_every_text_of_the_scripts_is_there_in_japanese():
    written = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    asked = set(re.findall(r'l10n\.t\("([^"]+)"', written))
    words = read("l10n/bundle.l10n.ja.json")
    assert set(words) == asked
    for english, japanese in words.items():
        assert set(re.findall(r"\{\d\}", english)) == set(re.findall(r"\{\d\}", japanese))


def test_the_adapter_knows_every_launch_attribute():
    launch = MANIFEST["contributes"]["debuggers"][0]["configurationAttributes"]["launch"]
    known = "".join(
        (Path(writer.__file__).with_name(name)).read_text(encoding="utf-8")
        for name in ("running.py", "adapter.py", "script.py")
    )
    for name in launch["properties"]:
        assert f'"{name}"' in known


def test_the_extension_is_one_file_the_same_every_time_with_all_that_it_needs():
    content = writer.extension()
    assert content == writer.extension()
    vsix = zipfile.ZipFile(io.BytesIO(content))
    assert vsix.testzip() is None
    names = vsix.namelist()
    for path in FOLDER.rglob("*"):
        assert path.is_dir() or f"extension/{path.relative_to(FOLDER).as_posix()}" in names
    for part in ("[Content_Types].xml", "extension.vsixmanifest"):
        ElementTree.fromstring(vsix.read(part))
    told = vsix.read("extension.vsixmanifest").decode()
    assert f'Version="{autograd_lite.__version__}"' in told
    for asset in re.findall(r'Path="([^"]+)"', told):
        assert asset in names
    suffixes = {Path(name).suffix for name in names[1:]} - {""}
    types = vsix.read("[Content_Types].xml").decode()
    assert suffixes <= set(re.findall(r'Extension="([^"]+)"', types))


def test_the_command_writes_it_and_says_how_to_install_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(writer, "EDITORS", ())
    path = tmp_path / "here.vsix"
    assert main(["vscode", "--out", str(path), "--lang", "en"]) == 0
    assert path.read_bytes() == writer.extension()
    assert f"code --install-extension {path}" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="stand-ins for editors are shell scripts")
def test_the_command_installs_it_where_an_editor_is_found(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, script in (("code", 'echo "$@" > asked'), ("codium", "echo no room >&2; exit 3")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(writer, "EDITORS", ("code",))
    assert main(["vscode", "--lang", "en"]) == 0
    name = f"autograd-lite-{autograd_lite.__version__}.vsix"
    assert (tmp_path / "asked").read_text() == f"--install-extension {name} --force\n"
    assert 'choose "Step through backprop of this file"' in capsys.readouterr().out
    monkeypatch.setattr(writer, "EDITORS", ("codium",))
    assert main(["vscode", "--lang", "en"]) == 1
    assert "could not install it: no room" in capsys.readouterr().out


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the extension did with a stand-in for VS Code."""
    x = Value(3.0, "x")
    path = tmp_path_factory.mktemp("view") / "page.html"
    path.write_text(page(trace(x * x)), encoding="utf-8")
    os.environ["PYTHON_TO_ASK"] = sys.executable
    done = node(Path(__file__).with_name("extension.cjs"), FOLDER, path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_starts_the_adapter_in_a_python_that_has_the_package(told):
    assert told["type"] == MANIFEST["contributes"]["debuggers"][0]["type"]
    assert told["adapter"] == {"command": sys.executable, "args": ["-m", "autograd_lite", "dap"]}
    assert "/no/python -m pip install autograd-lite" in told["missing"]


def test_without_a_configuration_the_open_file_is_run(told):
    assert told["nothing"] is None and told["messages"] == ["Open a Python file first."]
    assert told["completed"]["program"] == "/a/b.py" and "noDebug" not in told["completed"]
    assert told["plain"] == {**told["completed"], "noDebug": True}
    assert told["beside"] == [{"range": "range 1", "text": "z = 5"}]


def test_the_run_button_runs_the_file_as_it_was_saved(told):
    assert told["started"] == ["/a/b.py", "/a/named.py"]  # the third was not saved: nothing is run


def test_the_view_follows_and_leads(told):
    # the page itself came with the first stop; then each way that the reader chose is confirmed
    assert told["followed"] == [{"at": 4, "moves": 0}, {"at": 7, "moves": 1}, {"at": 7, "moves": 2}]
    assert [asked for asked in told["led"] if asked[0] != "autogradLite/position"] == [
        ["goto", {"threadId": 1, "targetId": 8}], ["autogradLite/goto", {"node": 2}],
    ]  # fmt: skip


def test_of_moves_that_come_faster_than_the_debugger_goes_the_last_one_counts(told):
    assert [given["targetId"] for name, given in told["asked"] if name == "goto"] == [11, 14]
    assert told["posted"] == [{"at": 13, "moves": 6}]  # nothing of the stop on the way


EDITOR = """
window.posted = [];
window.acquireVsCodeApi = () => ({ postMessage(asked) { posted.push(asked); } });
"""
DRAG = """async () => {
  const shown = document.querySelector("iframe").contentWindow;
  const seen = [];
  shown.addEventListener("autograd", ({ detail }) => seen.push(detail.position));
  const after = (time) => new Promise((done) => setTimeout(done, time));
  for (const at of [1, 2, 3]) {
    shown.autograd.goto(at);
    setTimeout(() => postMessage({ at, moves: at }, "*"), 40); // the debugger is slower
    await after(15);
  }
  await after(100);
  postMessage({ at: 0, moves: 3 }, "*"); // a step back in the editor
  await after(50);
  return { seen, posted };
}"""


@browser_test
def test_in_a_browser_the_page_is_not_pulled_back_and_sends_no_echo(told, chromium, tmp_path):
    path = tmp_path / "view.html"
    path.write_text(told["html"].replace('"at":3', '"at":0'), encoding="utf-8")
    page = chromium.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.add_init_script(EDITOR)
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelector('iframe').contentWindow.autograd")
    done = page.evaluate(DRAG)
    assert done == {"seen": [1, 2, 3, 0], "posted": [{"position": at} for at in (1, 2, 3)]}
    assert faults == []  # nothing that the policies forbid, either


def test_the_view_is_in_the_editors_colours_and_its_policies_allow_its_own_parts_alone(told):
    html = told["html"]
    data = json.loads(re.search(r'id="data">(.*?)</script>', html)[1])
    inner = data["page"]
    assert data["at"] == 3 and "prefers-color-scheme: dark" not in inner
    assert "@media all" in inner
    for policy in re.findall(r'Content-Security-Policy" content="([^"]*)"', html + inner):
        assert policy.startswith("default-src 'none'") and "http" not in policy
        style = re.search(r"<style>(.*?)</style>", inner, re.DOTALL)[1]
        for kind, part in [("style", style)] + [
            ("script", text) for text in re.findall(r"<script>(.*?)</script>", inner, re.DOTALL)
        ]:
            digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
            allowed = re.search(f"{kind}-src ([^;]*)", policy)[1]
            assert f"'sha256-{digest}'" in allowed


@pytest.mark.editor
def test_the_publishers_own_tool_packs_the_same_files_without_a_warning(tmp_path):
    vsce = Path(os.environ["NODE_PATH"]) / ".bin" / "vsce"
    done = subprocess.run(
        [
            vsce, "package", "--no-dependencies", "--allow-missing-repository",
            "--out", tmp_path / "theirs.vsix",
        ],
        cwd=FOLDER, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stdout + done.stderr
    theirs = zipfile.ZipFile(tmp_path / "theirs.vsix").namelist()
    ours = zipfile.ZipFile(io.BytesIO(writer.extension())).namelist()
    renamed = {"extension/readme.md": "extension/README.md"}
    renamed["extension/LICENSE.txt"] = "extension/LICENSE"
    assert sorted(renamed.get(name, name) for name in theirs) == sorted(ours)
