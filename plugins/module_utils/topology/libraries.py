# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages of others, imported when they are needed, missing ones named."""

from __future__ import annotations

from types import ModuleType

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError


def sqlalchemy() -> ModuleType:
    """SQLAlchemy.

    :raises TopologyError: it is not installed.
    """
    try:
        import sqlalchemy as module
    except ImportError as error:
        raise _missing('SQLAlchemy', 'keep an inventory', error) from error
    return module


def networkx() -> ModuleType:
    """networkx.

    :raises TopologyError: it is not installed.
    """
    try:
        import networkx as module
    except ImportError as error:
        raise _missing('networkx', 'walk a graph', error) from error
    return module


def pymysql() -> ModuleType:
    """PyMySQL.

    :raises TopologyError: it is not installed.
    """
    try:
        import pymysql as module
    except ImportError as error:
        raise _missing('PyMySQL', 'log in to mysql', error) from error
    return module


def _missing(package: str, purpose: str, error: ImportError) -> TopologyError:
    return TopologyError(f'the Python package {package} is needed to {purpose}, and is not installed for this Python: '
                         f'pip install {package} ({error})')
