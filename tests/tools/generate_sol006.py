# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/sol006.md from the tables that the readers of SOL006 packages go by.

Run it from the collection's root in its ansible_collections tree: ``python tests/tools/generate_sol006.py``.
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import (
    known,
    known_hardware,
    known_nsd,
    known_params,
    known_vnfd,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "sol006.md"
PARTS = (("The NSD", known_nsd), ("The VNFD", known_vnfd), ("Images, flavors, volumes of the VNFD", known_hardware),
         ("Instantiation parameters", known_params))

INTRODUCTION = """\
# SOL006 packages

<!-- Made by tests/tools/generate_sol006.py from plugins/module_utils/descriptor: change it there. -->

A folder or tarball of OSM's packages is read as it is: `nfv_descriptor` names it, `nfv_params` has the instantiation
parameters. It becomes a [network-service document](network-service.md); nothing behind that knows where it came from.

    ansible-playbook nfv.mano.onboard -e nfv_descriptor=packages            # what is there, and what is wrong with it
    ansible-playbook nfv.mano.instantiate -e nfv_descriptor=packages/edge -e @params.yml --check --diff

The module `nfv.mano.ns_target` shows the document, and everything that was left out with its path and why. `dest` keeps it in a
file, to be changed and instantiated in place of the packages.

## Layouts

- A folder, or a tarball (`.tar.gz`, `.tgz`) of packages, several packages in a folder, tarballs in it. Each YAML file with `nsd`
  or `vnfd` at its top is a descriptor, whatever it is called; those in `charms`, `cloud_init`, `helm-charts` and the like aren't.
- Descriptors with and without the nesting `nsd: nsd:` and `vnfd: vnfd:`, below `nsd:nsd-catalog` and `etsi-nfv-nsd:nsd`, keys
  with prefixes, in hyphens, underscores or camelCase.
- Descriptors of OSM's own model of before SOL006 (release NINE; `constituent-vnfd`, `vm-flavor` with `memory-mb`) are translated
  first; what is told of them has the paths of the translation, and their connection points keep their names.
- A vnf-profile names its VNFD by its id, or else by the name of its package.
- The files of a package with a `checksums.txt` must be as it says (MD5, SHA-1, SHA-256 or SHA-512).
- Links, devices, absolute paths, `..`, a name that is there twice, more than 64 MiB unpacked, more than 10,000 members or a
  descriptor of more than 2 MiB are refused, and nothing is ever unpacked to the disk.

## What is told

Wrong types, missing values, dangling references and ids that are there twice are mistakes: all of them are told at once, each as
`file:path: value and why`, and nothing is done. What is only left out is a warning, and so is an unknown key, with the nearest
known one.

## Units

Memory and storage are in GB, by which OSM means 1024 MiB: `size: 0.5` is 512 MiB; `memory-mb` of the older model is in
MiB. A text may have its unit: `'512 MB'`, `'2 GiB'` (of 1024 each). Storage is rounded up to whole GiB; swap is in GB as well,
though OSM hands its number on as MiB. A number that is rather one of MB is told of. Quotas are in MHz, MiB, Mbit/s and
operations/s, MTUs in bytes.

## VIM accounts

OSM's accounts mean nothing here: `nfv_cloud` names the cloud. Where the members are on several accounts, each account is a VIM
of the document by its name, whose cloud `nfv_vims` names; a virtual link of the NS with members on several VIMs is one on each,
called by its VIM as well, and nothing connects them.

"""


def row(key: str, said: known.Said) -> str:
    """A line of a table."""
    before = {"read": "", "left": "*left out:* ", "kept": "*left out,* ", "unused": "*nothing to do:* "}[said.how]
    return f"| `{key}` | {before}{said.text.replace('|', '/')} |"


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION.rstrip("\n")]
    for title, module in PARTS:
        lines += ["", f"## {title}"]
        for section in module.SECTIONS:
            lines += ["", f"### {section.name}", "", "| attribute | what it becomes |", "|---|---|"]
            lines += [row(key, said) for key, said in section.keys.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
