# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications (SOL003, v1 and v2): what of an op-occ, or of a VNF's identifier, a subscriber is told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.sol.common import filled, link

OP_OCC, CREATION, DELETION = ('VnfLcmOperationOccurrenceNotification', 'VnfIdentifierCreationNotification',
                              'VnfIdentifierDeletionNotification')
TYPES = (OP_OCC, CREATION, DELETION)
WITH_ERROR = ('FAILED_TEMP', 'FAILED', 'ROLLED_BACK')
#: What only FULL notifications of a result have.
AFFECTED = ('affectedVnfcs', 'affectedVirtualLinks', 'affectedExtLinkPorts', 'affectedVirtualStorages')
CHANGED = ('changedInfo', 'changedExtConnectivity', 'modificationsTriggeredByVnfPkgChange')


def op_occ_notification(view: Mapping[str, Any], state: Mapping[str, Any], number: int, errors: Sequence[Mapping[str, Any]],
                        subscription: Mapping[str, Any], version: str, api_root: str) -> dict[str, Any]:
    """That an op-occ has come to a state.

    :param view: its VnfLcmOpOcc as it is now.
    :param state: {state, time} that it came to, and which of its states that was.
    :param errors: of all its attempts, with their ``time``.
    """
    started = number == 0
    full = subscription['verbosity'] == 'FULL' and not started
    error = next((one for one in reversed(errors) if one['time'] <= state['time']), None)
    shown = {key: error[key] for key in ('title', 'status', 'detail', *(('type', 'instance') if version != 'v1' else ()))
             if error.get(key) is not None} if error and state['state'] in WITH_ERROR else None
    changes = view.get('resourceChanges') or {}
    return filled(
        **_common(OP_OCC, f'{view["id"]}/{number}', state['time'], subscription, version),
        notificationStatus='START' if started else 'RESULT', operationState=state['state'], vnfInstanceId=view['vnfInstanceId'],
        operation=view['operation'], isAutomaticInvocation=view['isAutomaticInvocation'], vnfLcmOpOccId=view['id'],
        **({key: changes.get(key) for key in AFFECTED} if full else {}),
        **({key: view.get(key) for key in CHANGED} if full and state['state'] == 'COMPLETED' else {}), error=shown,
        _links={**_links(view['vnfInstanceId'], subscription, version, api_root), 'vnfLcmOpOcc': view['_links']['self']})


def identifier_notification(event: Mapping[str, Any], subscription: Mapping[str, Any], version: str,
                            api_root: str) -> dict[str, Any]:
    """That a VNF instance has got its identifier, or lost it.

    :param event: {type, vnf_id, time}.
    """
    return {**_common(event['type'], f'{event["type"]}/{event["vnf_id"]}', event['time'], subscription, 'v1'),
            'vnfInstanceId': event['vnf_id'], '_links': _links(event['vnf_id'], subscription, version, api_root)}


def _common(kind: str, what: str, time: str, subscription: Mapping[str, Any], version: str) -> dict[str, Any]:
    # One that is sent again has the same id, so that who gets it twice can tell
    return filled(id=str(uuid.uuid5(uuid.UUID(subscription['id']), what)), notificationType=kind,
                  subscriptionId=subscription['id'], timeStamp=time,
                  verbosity=subscription['verbosity'] if version != 'v1' else None)


def _links(vnf_id: str, subscription: Mapping[str, Any], version: str, api_root: str) -> dict[str, Any]:
    return {'vnfInstance': link(api_root, 'vnflcm', version, 'vnf_instances', vnf_id),
            'subscription': link(api_root, 'vnflcm', version, 'subscriptions', subscription['id'])}
