# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests are run side by side: those that need the sandbox cloud one after the other, the rest beside them."""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What the fault tests draw their moments by: it stands in their names, and all of pytest's processes have to collect the same.
# It changes no more until docs/faults.md has the whole table without a fault: a gate that fails by chance judges no change.
os.environ.setdefault('NFV_TEST_SEED', '547791')


class BesideTheCloud(LoadScopeScheduling):
    """One process has the cloud to itself: faults are the cloud's, and so are quotas. Any other test is by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return 'cloud' if 'tests/integration/' in nodeid or '[molecule]' in nodeid else nodeid


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BesideTheCloud:
    """For ``-n``; without it all tests are run in order."""
    return BesideTheCloud(config, log)
