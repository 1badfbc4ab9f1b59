# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When instances count as up: what answers on them, asked by one thread however many are waited for."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.execute.kind import Ended, Kind, Verb, single
from ansible_collections.nfv.mano.plugins.module_utils.execute.runner import End
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.order import Check
from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.interface import Vim

#: Seconds that one try to connect may take, and between two tries.
TRY, PAUSE = 3.0, 1.0


class Readiness(Kind):
    """Does the checks of instances, and tells when all instances of a VDU are up."""

    def __init__(self, *of_kind: Any) -> None:
        super().__init__(*of_kind)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def verbs(self) -> dict[str, Verb]:
        return {'server.ready': single(self._ready), 'vdu.up': single(self._up)}

    def stop(self) -> None:
        """End every wait; what is still waited for is not told."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)

    def _up(self, task: Task, vim: Vim, ended: Ended) -> None:
        ended(End(task, None, f'up: {task.spec} instance{"s" if task.spec != 1 else ""} made'))

    def _ready(self, task: Task, vim: Vim, ended: Ended) -> None:
        check: Check = task.spec
        resource = self._calls.resources[task.item]
        floating = resource.get('floating_ips', {}).get(check.interface, {}).get('address')
        addresses = [floating] if floating else resource['ports'][check.interface]['ip_addresses']
        if not addresses:
            ended(End(task, VimError(f'reach {task.item}', f'interface {check.interface} has no address'), ''))
            return
        asyncio.run_coroutine_threadsafe(self._wait(task, check, addresses[0], ended), self._thread())

    def _thread(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name='readiness', daemon=True).start()
            return self._loop

    async def _wait(self, task: Task, check: Check, address: str, ended: Ended) -> None:
        deadline = asyncio.get_running_loop().time() + check.timeout
        why = ''
        while asyncio.get_running_loop().time() < deadline:
            try:
                reader_writer = await asyncio.wait_for(asyncio.open_connection(address, check.tcp_port), TRY)
            except (OSError, TimeoutError) as error:
                why = str(error) or 'no answer'
                await asyncio.sleep(PAUSE)
                continue
            reader_writer[1].close()
            self._held(task, check, ended)
            return
        where = f'{address} port {check.tcp_port}'
        ended(End(task, VimError(f'reach {where}', f'not ready after {check.timeout:g} s: {why}'), ''))

    def _held(self, task: Task, check: Check, ended: Ended) -> None:
        error: Exception | None = None
        try:
            self._calls.note('ready', task=task.id, put={task.item: {'ready': check.text}})
        except Exception as broken:  # the journal can not be written: nothing may count as done
            error = broken
        ended(End(task, error, f'{check.text} answers'))
