# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures on the running sandbox that OS_CLIENT_CONFIG_FILE names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import Project, unique_name


@pytest.fixture(scope='session')
def project() -> Project:
    """The sandbox's demo project, as its member."""
    return Project()


@pytest.fixture
def admin() -> Iterator[Any]:
    """The sandbox's administrator; takes away the flavors that a test made or had made."""
    cloud = openstack.connect(cloud='sandbox-admin')
    before = {one.id for one in cloud.compute.flavors(is_public=None)}
    yield cloud
    for flavor in cloud.compute.flavors(is_public=None):
        if flavor.id not in before:
            cloud.compute.delete_flavor(flavor)


@pytest.fixture
def service(tmp_path: Path, project: Project) -> Iterator[Service]:
    """A network service with a name that no other test has; nothing of it outlives the test."""
    one = Service(unique_name(), tmp_path, project)
    yield one
    one.close()


@pytest.fixture(scope='module')
def module_service(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[Service]:
    """One for the tests of a file."""
    one = Service(unique_name(), tmp_path_factory.mktemp('service'), project)
    yield one
    one.close()
