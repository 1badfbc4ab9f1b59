# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation killed at one moment, drawn by a seed: `make faults` goes through all of them (docs/faults.md)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.operations import OPERATIONS, Place, drawn, interrupt
from ansible_collections.nfv.mano.tests.integration.mano.service import Service

#: What was drawn stands in the tests' names; NFV_TEST_SEED=$RANDOM draws anew (tests/conftest.py).
SEED = int(os.environ['NFV_TEST_SEED'])
DRAWN = {name: drawn(operation, SEED) for name, operation in OPERATIONS.items()}
#: It takes a host that goes down and comes back.
LONG = frozenset({'evacuate'})
CASES = [pytest.param(name, id=f'{name}-{point}-{"rollback" if back else "retry"}-seed{SEED}',
                      marks=[pytest.mark.slow] if name in LONG else []) for name, (point, back) in DRAWN.items()]


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Place]:
    site = Place(module_service, 2)
    before = site.project.ids()
    yield site
    site.service.terminate()
    assert site.project.ids() == before


@pytest.mark.parametrize('name', CASES)
def test_killed_at_a_moment(site: Place, name: str) -> None:
    operation, (point, back) = OPERATIONS[name], DRAWN[name]
    operation.begin(site)
    interrupt(site, operation, point, back)
