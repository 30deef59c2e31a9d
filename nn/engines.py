"""Engines by name: the session that a training runs with."""

from typing import Any

from nn.sessions import EagerSession, NativeSession, PythonSession, Session, Task

__all__ = ["ENGINES", "check_resumable", "session_of"]

ENGINES = {"eager": EagerSession, "python": PythonSession, "native": NativeSession}


def session_of(engine: str, task: Task, devices: Any = None, dtype: str = "float64") -> Session:
    """Return a training with the engine of a name, at its start.

    Raises ValueError for an unknown name, for devices or a dtype where the engine has none, and
    what the engine cannot do, before anything changes.
    """
    if engine == "jax":
        from nn.jax_session import JaxSession  # needs JAX: an extra

        return JaxSession(task, devices, dtype)
    if engine not in ENGINES:
        names = ", ".join(map(repr, ENGINES))
        raise ValueError(f"engine is {names} or 'jax', not {engine!r}")
    if devices is not None or dtype != "float64":
        raise ValueError(f'devices and dtype are for engine="jax", not {engine!r}')
    return ENGINES[engine](task)


def check_resumable(engine: str) -> None:
    """Raise ValueError for an engine that cannot go on from a checkpoint."""
    if engine == "native":
        raise ValueError(
            'checkpoints are for engine="eager", "python" or "jax": a native training keeps its '
            "course to itself"
        )
