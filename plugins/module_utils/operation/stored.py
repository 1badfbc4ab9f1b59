# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is stored of a document, made whole again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target import redact


def with_user_data(document: dict[str, Any], given: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """A stored document with the secrets and files of user data that are not stored, from one that is given for that.

    Only user data that is else the same is taken over.
    """
    known = {(vnf.get('name'), vdu.get('name')): vdu.get('cloud_init') for vnf in given.get('vnfs') or ()
             for vdu in vnf.get('vdus') or ()}
    whole = copy.deepcopy(document)
    for vnf in whole.get('vnfs', ()):
        for vdu in vnf.get('vdus', ()):
            mine = known.get((vnf['name'], vdu['name']))
            if isinstance(mine, dict) and _said(redact(mine)) == _said(vdu.get('cloud_init') or {}):
                named = mine.get('file')
                vdu['cloud_init'] = {**{key: value for key, value in mine.items() if key != 'file'},
                                     **({'text': files.get(named, '')} if named else {})}
    return whole


def _said(cloud_init: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cloud_init.items() if value}
