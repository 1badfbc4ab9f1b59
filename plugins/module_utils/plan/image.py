# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: found by id, name or checksum, never made, never deleted."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Image as Wanted
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image


def reference(wanted: Wanted) -> str:
    """An image as the document names it."""
    return wanted.id or wanted.name or f'checksum {wanted.checksum}'


def resolve(context: Context, path: str, vim: str, wanted: Wanted) -> Image | None:
    """The one image that is meant, or None with a problem noted."""
    state = context.live[vim].state
    if wanted.id:
        found = [image for image in state.images if image.id == wanted.id]
    elif wanted.checksum:
        found = [image for image in state.images if wanted.checksum in image.checksums]
    else:
        found = [image for image in state.images if wanted.name in (image.name, image.id)]
    named = reference(wanted)
    if not found:
        near = state.nearest.get(f'image:{named}')
        context.problem(f'{path}.image', f'{named} is not an image of VIM {vim}'
                        + (f'; the nearest names are {", ".join(near)}' if near else ''))
        return None
    if len(found) > 1:
        context.problem(f'{path}.image', f'{named} names {len(found)} images of VIM {vim}: '
                        f'{", ".join(sorted(image.id for image in found))}; use an id')
        return None
    if found[0].status != 'active':
        context.problem(f'{path}.image', f'{named} is {found[0].status} in VIM {vim}, not active')
        return None
    return found[0]
