# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of aiohttp that sends two files and looks at nothing: what bench_front.py compares the SOL003 front to.

usage: bare_front.py LIST ONE
Prints its port. A path that ends with an id is answered with ONE, any other with LIST.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

HEADERS = {'Content-Type': 'application/json', 'Version': '2.0.0'}


async def main(listed: bytes, one: bytes) -> None:
    """Serve until it is ended."""
    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(body=listed if request.path.endswith('vnf_lcm_op_occs') else one, headers=HEADERS)
    server = await asyncio.get_running_loop().create_server(web.Server(answer, access_log=None), '127.0.0.1', 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(main(*(Path(name).read_bytes() for name in sys.argv[1:])))
