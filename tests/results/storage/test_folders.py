"""A results folder is replaced as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marketsim.errors import ResultsError
from marketsim.results.manifest import FORMAT, FORMAT_VERSION
from marketsim.results.storage.folders import Stage, check_target, is_results, read_manifest

MANIFEST = {"format": FORMAT, "format_version": FORMAT_VERSION, "marketsim": "0.1.0"}


def put(folder: Path, note: str, manifest: dict[str, object] = MANIFEST) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "note.txt").write_text(note, encoding="utf-8")


def test_new_results_take_the_place_of_earlier_ones_as_a_whole(tmp_path: Path) -> None:
    put(tmp_path / "study", "old")
    (tmp_path / "study" / "report.html").write_text("old report")
    with Stage(tmp_path / "study") as stage:
        put(stage.folder, "new")
        assert (tmp_path / "study" / "note.txt").read_text() == "old"
        stage.commit()
    assert sorted(path.name for path in (tmp_path / "study").iterdir()) == ["manifest.json", "note.txt"]
    assert (tmp_path / "study" / "note.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_without_commit_nothing_changes(tmp_path: Path) -> None:
    put(tmp_path / "study", "old")
    with Stage(tmp_path / "study") as stage:
        put(stage.folder, "new")
    assert (tmp_path / "study" / "note.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_runs_stay_where_they_are(tmp_path: Path) -> None:
    put(tmp_path / "study", "old")
    for name in ("parts", "work"):
        (tmp_path / "study" / name).mkdir()
        (tmp_path / "study" / name / "x").write_text(name)
    with Stage(tmp_path / "study") as stage:
        put(stage.folder, "new")
        stage.commit()
    assert [(tmp_path / "study" / name / "x").read_text() for name in ("parts", "work")] == ["parts", "work"]


def test_a_move_that_fails_leaves_no_half_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "study", "old")
    with Stage(tmp_path / "study") as stage:
        put(stage.folder, "new")
        replace = Path.replace

        def failing(self: Path, target: Path) -> Path:
            if self.name == "note.txt":
                raise OSError("disk gone")
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", failing)
        with pytest.raises(OSError, match="disk gone"):
            stage.commit()
    with pytest.raises(ResultsError, match=r"has no manifest\.json"):
        read_manifest(tmp_path / "study")


def test_a_study_that_was_begun_is_known_by_its_note(tmp_path: Path) -> None:
    (tmp_path / "study" / "work").mkdir(parents=True)
    (tmp_path / "study" / "parts").mkdir()
    assert not is_results(tmp_path / "study")
    (tmp_path / "study" / "work" / "study.json").write_text("{}")
    assert is_results(tmp_path / "study")
    check_target(tmp_path / "study")


@pytest.mark.parametrize("parts", ["study", "a/b/study"])
def test_a_new_or_an_empty_folder_will_do(tmp_path: Path, parts: str) -> None:
    with Stage(tmp_path / parts) as stage:
        put(stage.folder, "new")
        stage.commit()
    (tmp_path / "empty").mkdir()
    with Stage(tmp_path / "empty") as stage:
        put(stage.folder, "new")
        stage.commit()
    assert is_results(tmp_path / parts)
    assert is_results(tmp_path / "empty")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("ten years of work")
    with pytest.raises(ResultsError, match="holds no marketsim results"):
        check_target(tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "some web app"}')
    with pytest.raises(ResultsError, match="holds no marketsim results"):
        check_target(tmp_path)
    assert (tmp_path / "thesis.doc").read_text() == "ten years of work"


def test_a_file_and_the_current_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="is a file"):
        check_target(tmp_path / "file")
    put(tmp_path / "study", "old")
    (tmp_path / "study" / "tables").mkdir()
    monkeypatch.chdir(tmp_path / "study" / "tables")
    for folder in (Path("."), Path(".."), tmp_path / "study"):
        with pytest.raises(ResultsError, match="below the current folder"):
            check_target(folder)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (None, "has no manifest.json"),
        ("{", "cannot be read"),
        ("[]", "is not a manifest of marketsim"),
        (json.dumps({**MANIFEST, "format_version": 99}), "another format; run the study again"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said(tmp_path: Path, contents: str | None, message: str) -> None:
    if contents is not None:
        (tmp_path / "manifest.json").write_text(contents)
    with pytest.raises(ResultsError, match=message):
        read_manifest(tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there is no results folder"):
        read_manifest(tmp_path / "nowhere")


def test_a_folder_that_a_killed_process_had_just_claimed_may_be_used(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    check_target(tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "owner.json").write_text("{}")
    check_target(tmp_path)
    (tmp_path / "thesis.doc").write_text("ten years of work")
    with pytest.raises(ResultsError, match="choose another folder"):
        check_target(tmp_path)
