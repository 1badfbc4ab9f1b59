# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat contract of roles and playbooks: public variables are nfv_*, internal ones __nfv_*, and specs match defaults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.parent for path in (ROOT / 'roles').glob('*/tasks'))
PLAYBOOKS = sorted((ROOT / 'playbooks').glob('*.yml'))
DEFINES = ('vars', 'set_fact', 'ansible.builtin.set_fact', 'set_stats', 'ansible.builtin.set_stats')


def read(path: Path) -> Any:
    """The file's YAML, or an empty mapping where there is no such file; tags such as !unsafe become plain values."""
    class Loader(yaml.SafeLoader):
        pass

    def plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
        return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None

    Loader.add_multi_constructor('!', plain)
    return yaml.load(path.read_text(encoding='utf-8'), Loader) if path.exists() else {}


def defined(node: Any) -> Iterator[str]:
    """Every variable name that a task file or playbook gives a value, at any depth."""
    if isinstance(node, list):
        for item in node:
            yield from defined(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == 'register':
            yield value
        elif key == 'loop_var':
            yield value
        elif key in DEFINES and isinstance(value, dict):
            names = value.get('data', value) if 'set_stats' in key else value
            yield from (name for name in names if name not in ('cacheable', 'aggregate', 'per_host'))
        else:
            yield from defined(value)


def specified(role: Path) -> set[str]:
    """The options of the role's entry points."""
    specs = (read(role / 'meta' / 'argument_specs.yml') or {}).get('argument_specs', {})
    return {option for entry in specs.values() for option in entry.get('options', {})}


def task_files(role: Path) -> list[Path]:
    return sorted([*(role / 'tasks').rglob('*.yml'), *(role / 'handlers').rglob('*.yml')])


def allowed(name: str) -> bool:
    return name.startswith(('nfv_', '__nfv_', 'ansible_'))


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_role_defaults_and_specs_are_public_names(role: Path) -> None:
    names = set(read(role / 'defaults' / 'main.yml') or {}) | specified(role)
    assert [name for name in sorted(names) if not name.startswith('nfv_')] == []


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_role_vars_and_tasks_define_prefixed_names_only(role: Path) -> None:
    names = {name for path in task_files(role) for name in defined(read(path))} | set(read(role / 'vars' / 'main.yml') or {})
    assert [name for name in sorted(names) if not allowed(name)] == []


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_every_default_is_in_the_spec_and_specs_set_no_defaults(role: Path) -> None:
    specs = (read(role / 'meta' / 'argument_specs.yml') or {}).get('argument_specs', {})
    assert specs, f'{role.name} has no meta/argument_specs.yml'
    assert sorted(set(read(role / 'defaults' / 'main.yml') or {}) - specified(role)) == []
    with_default = [name for entry in specs.values() for name, option in entry.get('options', {}).items()
                    if 'default' in option]
    assert with_default == [], 'a default in a spec sets no variable: put it in defaults/main.yml'


@pytest.mark.parametrize('playbook', PLAYBOOKS, ids=lambda path: path.stem)
def test_playbook_defines_prefixed_names_only(playbook: Path) -> None:
    assert [name for name in sorted(set(defined(read(playbook)))) if not allowed(name)] == []
