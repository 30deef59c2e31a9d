"""The extension for VS Code as one file, which is a zip of `stepping/vscode` and what names it.

https://code.visualstudio.com/api/working-with-extensions/publishing-extension
"""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from autograd_lite.files import write_atomically
from autograd_lite.stepping.page import FOLDER

__all__ = ["editors", "extension", "file_name", "install", "write_extension"]

SOURCE = FOLDER / "vscode"
EDITORS = ("code", "code-insiders", "codium", "cursor")  # their commands
DAY_ONE = (1980, 1, 1, 0, 0, 0)  # so that the same files are the same bytes
TYPES = {
    ".json": "application/json", ".js": "application/javascript", ".md": "text/markdown",
    ".png": "image/png", ".vsixmanifest": "text/xml", "": "text/plain",
}  # fmt: skip
ASSETS = {
    "package.json": "Microsoft.VisualStudio.Code.Manifest",
    "README.md": "Microsoft.VisualStudio.Services.Content.Details",
    "LICENSE": "Microsoft.VisualStudio.Services.Content.License",
    "icon.png": "Microsoft.VisualStudio.Services.Icons.Default",
}
PATIENCE = 120.0  # seconds for an editor to install it


def file_name() -> str:
    """Return what the file is called: name and version, as VS Code has it."""
    manifest = read("package.json")
    return f"{manifest['name']}-{manifest['version']}.vsix"


def read(name: str) -> dict[str, str]:
    """Return one of the extension's JSON files."""
    found: dict[str, str] = json.loads((SOURCE / name).read_text(encoding="utf-8"))
    return found


def extension() -> bytes:
    """Return the extension as bytes, the same ones every time.

    >>> zipfile.ZipFile(io.BytesIO(extension())).namelist()[:2]
    ['[Content_Types].xml', 'extension.vsixmanifest']
    """
    files = {
        "[Content_Types].xml": content_types().encode(),
        "extension.vsixmanifest": manifest_of_vsix().encode(),
    }
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file():
            files[f"extension/{path.relative_to(SOURCE).as_posix()}"] = path.read_bytes()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as vsix:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DAY_ONE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            vsix.writestr(entry, content)
    return whole.getvalue()


def content_types() -> str:
    """Return what says of which kind each file is, by its suffix."""
    rows = [
        f'<Default Extension="{suffix}" ContentType="{kind}"/>'
        for suffix, kind in TYPES.items()
        if suffix
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f"{''.join(rows)}"
        f'<Override PartName="/extension/LICENSE" ContentType="{TYPES[""]}"/></Types>\n'
    )


def manifest_of_vsix() -> str:
    """Return what an editor reads before it unpacks: name, version, what it needs, its parts."""
    manifest = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    words = read("package.nls.json")
    assets = "\n".join(
        f'    <Asset Type="{kind}" Path="extension/{name}" Addressable="true"/>'
        for name, kind in ASSETS.items()
    )
    identity = (
        f'Language="en-US" Id={quoteattr(manifest["name"])} '
        f"Version={quoteattr(manifest['version'])} Publisher={quoteattr(manifest['publisher'])}"
    )
    engine = quoteattr(manifest["engines"]["vscode"])
    return f"""<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity {identity}/>
    <DisplayName>{words["name"]}</DisplayName>
    <Description xml:space="preserve">{words["description"]}</Description>
    <Tags>{",".join(manifest["keywords"])}</Tags>
    <Categories>{",".join(manifest["categories"])}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
    </Properties>
    <License>extension/LICENSE</License>
    <Icon>extension/icon.png</Icon>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
{assets}
  </Assets>
</PackageManifest>
"""


def write_extension(path: Path) -> Path:
    """Write the extension into a file, whole or not at all; return its path."""
    write_atomically(path, extension())
    return path


def editors() -> list[str]:
    """Return the commands of the editors that are there."""
    found = [shutil.which(name) for name in EDITORS]
    return [path for path in found if path is not None]


def install(editor: str, path: Path) -> str:
    """Let an editor install the extension; return what it said if it could not, else ""."""
    try:
        done = subprocess.run(
            [editor, "--install-extension", str(path), "--force"],
            capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()
