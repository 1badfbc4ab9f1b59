# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests are run side by side: those that need the sandbox cloud one after the other, the rest beside them."""

from __future__ import annotations

import os
import random

import pytest

# Each of pytest's processes has to collect the same tests, and this stands in some tests' names. They are started after this.
os.environ.setdefault('NFV_TEST_SEED', str(random.SystemRandom().randrange(1_000_000)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process has the cloud to itself: faults are the cloud's, and so are quotas."""
    for item in items:
        if 'tests/integration/' in item.nodeid or '[molecule]' in item.nodeid:
            item.add_marker(pytest.mark.xdist_group('cloud'))
