"""Commands that are written in one version, as those of many callers are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from time import sleep

from satsuma.workspace import Workspace


def together(workspace: Workspace, commands: Sequence[Callable[[], object]]) -> None:
    """Let all wait in order while versions are held up, so that they are written in one.

    Raises:
        Exception: The first that a command has raised, when all have ended.
    """
    raised: list[Exception] = []

    def run(command: Callable[[], object]) -> None:
        try:
            command()
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    threads = [Thread(target=run, args=(command,)) for command in commands]
    with workspace.writer.turn():
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            while workspace.writer.counted.waiting < waiting and thread.is_alive():
                sleep(0.001)
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
