# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""External networks, which routers lead to and floating IPs come from: found, never made."""

from __future__ import annotations

import difflib

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Network


def external_network(context: Context, path: str, vim: str, named: str | None) -> Network | None:
    """The external network of that name or id, the only one where none is named; None with a problem noted."""
    live = context.live[vim]
    known = live.state.external_networks
    names = sorted({network.name for network in known})
    found = [network for network in known if named is None or named in (network.name, network.id)]
    if len(found) == 1:
        return found[0]
    if named is None:
        context.problem(path, f'VIM {vim} has {len(known)} external networks ({", ".join(names)}): name one' if known else
                        f'VIM {vim} has no external network')
    elif found:
        context.problem(path, f'{named} names {len(found)} external networks of VIM {vim}: '
                        f'{", ".join(sorted(network.id for network in found))}; use an id')
    else:
        inner = any(named == network.name for network in live.networks.values())
        near = difflib.get_close_matches(named, names, n=3, cutoff=0.3) or names[:3]
        context.problem(path, f'{named} is not an external network of VIM {vim}'
                        + (' but an ordinary one' if inner else '')
                        + (f'; the nearest names are {", ".join(near)}' if near else '; there is none'))
    return None
