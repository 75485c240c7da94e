"""Fetch the few scripts and fonts that the book serves itself, so that no page asks another host.

    python tools/vendor.py            fetch, verify, and write book/vendor/ anew
    python tools/vendor.py --check    compare the committed files with the manifest; no network

`book/vendor/manifest.json` says which packages: their exact version, the hash that the registry
published for it (`integrity`), their licence, and which files of them the book needs. Fetching
takes npm, and only who changes a version needs it: the files are committed, so that building the
book needs neither Node.js nor a network.
"""

import argparse
import base64
import fnmatch
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "book/vendor"
MAX_BYTES = 3_000_000  # of one file: what is larger has no place on a page


def main() -> int:
    """Fetch or check, and say what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only, without a network")
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    try:
        if not parser.parse_args().check:
            fetch_all(manifest)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    wrong = differences(manifest)
    for line in wrong:
        print(f"vendor: {line}", file=sys.stderr)
    if not wrong:
        print(f"vendor: {len(manifest['sha256'])} files are what the manifest says")
    return bool(wrong)


def fetch_all(manifest: dict) -> None:
    """Write every package's files anew, and their hashes into the manifest."""
    for package in manifest["packages"]:
        target = FOLDER / package["name"]
        shutil.rmtree(target, ignore_errors=True)
        for name, data in wanted_files(package, download(package)).items():
            path = target / name.removeprefix(package.get("strip", ""))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    manifest["sha256"] = hashes()
    text = json.dumps(manifest, indent=2) + "\n"
    (FOLDER / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def download(package: dict) -> bytes:
    """Return the package's archive from the registry that npm is set to, after verifying it."""
    wanted = f"{package['name']}@{package['version']}"
    npm = shutil.which("npm")
    if npm is None:
        raise ValueError("npm is needed to fetch packages anew: install Node.js")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True)
        (archive,) = Path(folder).iterdir()
        data = archive.read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode("ascii")
    if found != package["integrity"]:
        raise ValueError(f"{wanted} has the hash {found}, the manifest wants another one")
    return data


def wanted_files(package: dict, archive: bytes) -> dict[str, bytes]:
    """Return the files that the manifest lists, by their name in the package."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = {member.name.split("/", 1)[1]: member for member in tar if member.isfile()}
        found = {}
        for pattern in package["files"]:
            matching = fnmatch.filter(names, pattern)
            if not matching:
                raise ValueError(f"{package['name']} has no file {pattern}")
            for name in set(matching) - set(package.get("without", [])):
                found[name] = tar.extractfile(names[name]).read()
    too_large = [name for name, data in found.items() if len(data) > MAX_BYTES]
    if too_large:
        raise ValueError(f"too large for a page: {too_large}")
    return found


def hashes() -> dict[str, str]:
    """Return the hash of every file in the folder but the manifest's own."""
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def differences(manifest: dict) -> list[str]:
    """Return in words how the committed files differ from the manifest."""
    wanted, found = manifest["sha256"], hashes()
    names = sorted(wanted.keys() | found.keys())
    found_wrong = [f"{name} differs" for name in names if wanted.get(name) != found.get(name)]
    for package in manifest["packages"]:
        if f"{package['name']}/LICENSE" not in found:
            found_wrong.append(f"{package['name']} has no licence file")
    return found_wrong


if __name__ == "__main__":
    sys.exit(main())
