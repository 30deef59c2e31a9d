"""Files: whole or not at all, and nobody's work or device is replaced."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd_lite.files import read_limited, write_atomically
from nn import Network, load

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


@posix
def test_a_link_is_followed_and_the_mode_is_kept(tmp_path):
    target, link = tmp_path / "real.txt", tmp_path / "link.txt"
    write_atomically(target, "old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o600


@posix
def test_a_device_is_written_to_and_stays_a_device():
    write_atomically("/dev/null", "gone")
    assert Path("/dev/null").is_char_device()


@posix
def test_a_pipe_is_neither_replaced_nor_read(tmp_path):
    pipe = tmp_path / "net.json"
    os.mkfifo(pipe)
    for act in (lambda: write_atomically(pipe, "x"), lambda: Network([2, 1]).save(pipe)):
        with pytest.raises(OSError, match=r"net\.json"):
            act()
    for act in (lambda: read_limited(pipe, 10), lambda: load(pipe)):
        with pytest.raises(ValueError, match=r"net\.json is no regular file"):
            act()
    assert pipe.is_fifo()


@posix
def test_a_write_protected_file_stays_and_the_error_names_it(tmp_path):
    path = tmp_path / "net.json"
    write_atomically(path, "old")
    path.chmod(0o400)
    with pytest.raises(PermissionError, match=r"write-protected.*net\.json"):
        write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("name", ["lesson.py", "notes.ipynb", "picture.png", "net.txt"])
def test_a_network_takes_no_other_kind_of_name(name, tmp_path):
    path = tmp_path / name
    path.write_text("my work", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a network is saved as \.json"):
        Network([2, 1]).save(path)
    assert path.read_text(encoding="utf-8") == "my work"
    with pytest.raises(OSError, match="folder"):
        Network([2, 1]).save(tmp_path)


@posix
@pytest.mark.parametrize(
    "text", ['"[[],"*20_000_000', '"[" + "0,"*30_000_000 + "0]"', '"{}," * 20_000_000']
)
def test_a_hostile_file_is_refused_before_it_takes_memory(text, tmp_path):
    program = f"""
import resource, sys
from pathlib import Path
path = Path({str(tmp_path / "net.json")!r})
path.write_text({text}, encoding="utf-8")
import nn
resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))
try:
    nn.load(path)
except ValueError as error:
    print("refused", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("refused"), done.stderr
