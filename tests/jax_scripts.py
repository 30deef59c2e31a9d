"""Scripts in a Python of their own, which sees as many of JAX's devices as a test needs."""

import subprocess
import sys
import textwrap
from pathlib import Path

__all__ = ["environment", "run_script"]

ROOT = Path(__file__).parent.parent


def environment(devices: int, **settings: str) -> dict[str, str]:
    """Return the environment in which JAX sees so many devices on this machine's processor."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "JAX_PLATFORMS": "cpu",
        "JAX_ENABLE_X64": "1",
        **settings,
    }


def run_script(text: str, devices: int = 1, **settings: str) -> str:
    """Return what a script prints, which must end well."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], check=False, capture_output=True,
        encoding="utf-8", env=environment(devices, **settings), timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
