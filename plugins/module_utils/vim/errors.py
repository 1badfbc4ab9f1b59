# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of a VIM."""

from __future__ import annotations


class VimError(Exception):
    """A call to a VIM that did not do what it should.

    :param what: what was tried, e.g. ``create port edge1-web-front-0-eth0``.
    :param why: the VIM's own reason, e.g. Nova's fault.
    :param status: the HTTP status, 0 where none came.
    :param request_id: OpenStack's ``req-...``, empty where none came.
    :param unknown: whether the call may have had its effect (the answer was lost).
    """

    def __init__(self, what: str, why: str, *, status: int = 0, request_id: str = '', unknown: bool = False,
                 retry_after: float | None = None) -> None:
        super().__init__(what, why)
        self.what = what
        self.why = why
        self.status = status
        self.request_id = request_id
        self.unknown = unknown
        self.retry_after = retry_after

    def __str__(self) -> str:
        code = f' (HTTP {self.status})' if self.status else ''
        request = f' [{self.request_id}]' if self.request_id else ''
        return f'Failed to {self.what}: {self.why}{code}{request}'


class VimUnreachable(VimError):
    """The VIM can't be talked to at all: unknown cloud, wrong credentials, no answer."""
