# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of a Keystone, checked for who serves others."""

from __future__ import annotations

import functools
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store.errors import StoreError

#: Seconds that Keystone may take.
TIMEOUT = 10.0


@functools.cache
def _connection(cloud: str) -> Any:
    import openstack
    return openstack.connect(cloud=cloud)


def token_roles(cloud: str, token: str) -> frozenset[str] | None:
    """The names of the roles that a token is good for; None: it is not good, or for no project.

    :param cloud: of clouds.yaml, whose user may ask for that.
    :raises StoreError: Keystone can not be asked.
    """
    import openstack
    from keystoneauth1 import exceptions
    try:
        answer = _connection(cloud).session.get(
            '/auth/tokens', endpoint_filter={'service_type': 'identity', 'version': (3, 0)},
            headers={'X-Subject-Token': token}, raise_exc=False, timeout=TIMEOUT)
    except (openstack.exceptions.SDKException, exceptions.ClientException) as error:
        raise StoreError(cloud, f'its Keystone can not be asked about tokens: {type(error).__name__}') from error
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise StoreError(cloud, f'its Keystone answers {answer.status_code} where it is asked about a token')
    found = answer.json().get('token') or {}
    if 'project' not in found:
        return None
    return frozenset(one['name'] for one in found.get('roles') or ())
