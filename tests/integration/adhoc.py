# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module of the collection run by itself, as `ansible -m` runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def run_module(name: str, options: dict[str, Any], prefix: Sequence[str] = ()) -> dict[str, Any]:
    """What a module answers on localhost; it must not fail.

    :param prefix: what goes before the command, such as ``ip netns exec NAME``.
    """
    argv = [*prefix, str(Path(sys.executable).parent / 'ansible'), 'localhost', '-m', f'nfv.mano.{name}', '-a',
            json.dumps(options), '-e', f'ansible_python_interpreter={sys.executable}']
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False, env={
        **os.environ, 'ANSIBLE_CALLBACK_RESULT_FORMAT': 'json', 'ANSIBLE_NOCOLOR': '1', 'ANSIBLE_FORCE_COLOR': '0'})
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout[done.stdout.index('=> {') + 3:]))
