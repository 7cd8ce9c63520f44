"""Freed memory goes back to the system."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from shanshui.plugin.bridge import memory


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="no /proc here to read the size of the process from")
def test_what_a_thread_has_freed_goes_back() -> None:
    held: list[bytearray] = []

    def fill() -> None:
        held.extend(bytearray(1_000) for _ in range(100_000))

    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    keep = held[::1_000]  # so that no end of the heap is free, which would go back by itself
    full = _resident()
    held.clear()
    memory.give_back()
    assert full - _resident() > 50_000_000
    assert len(keep) == 100


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("asked for a C library"))
    memory.give_back()
