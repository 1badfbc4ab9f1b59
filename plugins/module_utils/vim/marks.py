# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Owner marks: what tells a resource of ours from everything else in the project."""

from __future__ import annotations

PREFIX = 'nfv.mano'
MARK_KEY = 'nfv.mano.mark'
#: What the key of a server's metadata begins with that tells the guest the PCI address asked for an interface.
VPCI_KEY = 'nfv.mano.vpci.'
#: Key of a volume's metadata by which all volumes of an NS are listed.
NS_KEY = 'nfv.mano.ns'


def mark(ns_id: str, owner: str, task: str) -> str:
    """The mark of one resource: ``nfv.mano/<ns>/<vnf>/<vdu>/<index>/<task>``.

    :param owner: the item's name in the NS: ``web/front/0``, ``web/internal`` or ``data``.
    :param task: what the resource is for its item: ``server``, ``port.eth0``, ``net``, ``subnet.10.1.0.0-24``, ``flavor``.
    """
    return f'{PREFIX}/{ns_id}/{owner}/{task}'


def ns_prefix(ns_id: str) -> str:
    """What every mark of an NS starts with."""
    return f'{PREFIX}/{ns_id}/'


def ns_tag(ns_id: str) -> str:
    """The server and port tag of an NS (at most 60 characters, no slash or comma: Nova's and Neutron's rules)."""
    return f'{PREFIX}.ns={ns_id}'
