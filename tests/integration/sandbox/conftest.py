# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures on the running sandbox that OS_CLIENT_CONFIG_FILE names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.integration.sandbox.support import HOME, Cloud, settings


@pytest.fixture(scope='session', autouse=True)
def running_sandbox() -> None:
    if not (HOME / 'run' / 'signature').exists():
        pytest.fail(f'no sandbox runs in {HOME}: `make sandbox-up`, or set OS_CLIENT_CONFIG_FILE to its clouds.yaml')


@pytest.fixture(autouse=True)
def mode(request: pytest.FixtureRequest) -> None:
    """Tests of the hard mode need a hard sandbox."""
    if request.node.get_closest_marker('hard') and not settings()['hard']:
        pytest.skip('the sandbox is not in hard mode')


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """What the test makes is taken away at its end."""
    one = Cloud()
    yield one
    one.close()


@pytest.fixture(scope='module')
def module_cloud() -> Iterator[Cloud]:
    one = Cloud()
    yield one
    one.close()


@pytest.fixture(scope='module')
def server(module_cloud: Cloud) -> Any:
    """One ACTIVE server for the tests of a file that leave it ACTIVE."""
    return module_cloud.server(name='test-main')
