"""The scripts and fonts that the book serves itself: pinned, whole, licensed, small."""

import base64
import hashlib
import io
import json
import tarfile

import pytest
import vendor

MANIFEST = json.loads((vendor.FOLDER / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def package():
    """A manifest's entry, and the archive that it names."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, text in {"LICENSE": b"free", "es5/a.js": b"a()", "es5/b.js": b"b()"}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    data = archive.getvalue()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    entry = {"name": "a", "version": "1.0.0", "integrity": integrity, "files": ["es5/*.js"]}
    return entry | {"without": ["es5/b.js"]}, data


def test_the_committed_files_are_what_the_manifest_says():
    assert vendor.differences(MANIFEST) == []


def test_every_package_is_pinned_and_licensed():
    for package in MANIFEST["packages"]:
        assert package["version"].count(".") == 2
        assert package["integrity"].startswith("sha512-")
        assert package["licence"]


def test_no_file_is_too_large_for_a_page():
    assert max(path.stat().st_size for path in vendor.FOLDER.rglob("*")) < vendor.MAX_BYTES


def test_a_changed_file_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(vendor, "FOLDER", tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/LICENSE").write_text("free")
    manifest = {"packages": [{"name": "a"}], "sha256": vendor.hashes()}
    assert vendor.differences(manifest) == []
    (tmp_path / "a/LICENSE").write_text("no longer free")
    assert vendor.differences(manifest) == ["a/LICENSE differs"]


def test_only_the_files_that_are_listed_are_taken(package):
    entry, data = package
    assert vendor.wanted_files(entry, data) == {"es5/a.js": b"a()"}
    with pytest.raises(ValueError, match="no file"):
        vendor.wanted_files(entry | {"files": ["es5/c.js"]}, data)


def test_an_archive_with_another_hash_is_refused(package, monkeypatch):
    entry, data = package

    def npm_pack(command, cwd, check):
        (cwd_path := vendor.Path(cwd) / "a.tgz").write_bytes(data)
        assert cwd_path.exists()

    monkeypatch.setattr(vendor.shutil, "which", lambda name: name)
    monkeypatch.setattr(vendor.subprocess, "run", npm_pack)
    assert vendor.download(entry) == data
    with pytest.raises(ValueError, match="hash"):
        vendor.download(entry | {"integrity": "sha512-other"})
