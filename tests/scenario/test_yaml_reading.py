from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from marketsim.scenario.yaml_reading import parse_value, parse_yaml, read_yaml
from marketsim.scenario.yaml_tree import node_of, plain, show


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1_000", -1000),
        ("1e5", 100000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-.inf", -math.inf),
        ("1" + "0" * 500, math.inf),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("2024-01-31", "2024-01-31"),
        ("10:30", "10:30"),
        ("010", 10),
        ("'1'", "1"),
        ("~", None),
        ("", None),
        ("[1, a]", [1, "a"]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("{1: x, true: y, null: z}", {"1": "x", "true": "y", "null": "z"}),
        ("售电公司", "售电公司"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert parse_value(text) == value


def test_not_a_number_is_read_as_such() -> None:
    assert math.isnan(parse_value(".nan"))


def test_every_value_knows_its_line() -> None:
    tree, problems = parse_yaml("a:\n  b: 1\n  c:\n  - x\n  - d: 2\n", "f")
    assert problems == []
    assert tree.value["a"].value["b"].place.line == 2
    entries = tree.value["a"].value["c"]
    assert [entries.place.line, entries.value[0].place.line, entries.value[1].value["d"].place.line] == [
        3,
        4,
        5,
    ]


def test_anchors_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\nalias: *b\nmerged: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}]}\n"
    tree, problems = parse_yaml(text, "f")
    assert problems == []
    assert plain(tree) == {
        "base": {"x": 1, "y": 2},
        "alias": {"x": 1, "y": 2},
        "merged": {"x": 1, "y": 3},
        "both": {"x": 1, "y": 2, "z": 4},
    }


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb:\n  a: 2\n  a: 3\n", 4, "given twice; the first is in line 3. Names must differ."),
        ("a: 1\n\tb: 2\n", 2, "indent with spaces, not tabs"),
        ("a: 1\nb: c: 2\n", 2, "put quotes around texts that contain a colon"),
        ("a: [1, 2\nb: 3\n", 2, "check indentation, colons and brackets"),
        ("a: *nothing\n", 1, "found undefined alias 'nothing'"),
        ("a: 1\n---\nb: 2\n", 2, "a scenario file holds one document"),
        ("a: &x [*x]\n", 1, "an anchor that contains itself; write the values out"),
        ("a: !python/object x\n", 1, "the tag !python/object is not known; write the plain value"),
        ("a: !!int x\n", 1, "x cannot be read as int"),
        ("[1]: 2\n", 1, "a name must be a word or a number"),
        ("a: 1\nb: \x07\n", 2, "the character U+0007 is not allowed in YAML; remove it"),
        ("a: {<<: 3}\n", 1, "<< must be followed by *anchors of mappings"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, message: str) -> None:
    _, [problem] = parse_yaml(text, "f")
    assert problem.line == line
    assert message in problem.message


def test_files_that_explode_are_refused() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    _, [problem] = parse_yaml(bomb, "f")
    assert problem.message == "too many values behind anchors; write the values out"
    _, [deep] = parse_yaml("[" * 3000, "f")
    assert deep.message == "nested too deeply"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; `marketsim new my_study.yaml` writes one to start from"),
        (b"# only a comment\n", "the file is empty; `marketsim new my_study.yaml` writes one to start from"),
        (
            b"- a\n",
            "the file holds no `name: value` lines; `marketsim new my_study.yaml` writes one to start from",
        ),
        (b"a: 1\nb: \xff\n", "not UTF-8 text; save the file as UTF-8"),
    ],
)
def test_files_without_a_mapping(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    tree, [problem], _ = read_yaml(path, "f.yaml")
    assert (plain(tree), problem.message) == ({}, message)


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert plain(read_yaml(path, "f.yaml")[0]) == {"a": 1}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_trees_keep_plain_values(value: Any) -> None:
    assert plain(node_of(value)) == value


@given(st.dictionaries(st.text("abc 中", min_size=1), st.integers() | st.text("xyz中")))
def test_what_pyyaml_writes_is_read_back(value: dict[str, Any]) -> None:
    tree, problems = parse_yaml(yaml.safe_dump(value, allow_unicode=True), "f")
    assert (plain(tree), problems) == (value, [])


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    tree, problems = parse_yaml(text, "f")
    assert problems or plain(tree) is None or isinstance(plain(tree), bool | int | float | str | list | dict)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3.0, "3"),
        (0.25, "0.25"),
        ([1, "a"], "[1, a]"),
        ({"a": {}}, "{a: {}}"),
    ],
)
def test_values_are_shown_as_in_yaml(value: Any, text: str) -> None:
    assert show(value) == text


def test_long_values_are_shortened() -> None:
    assert len(show("x" * 1000)) == 60
    assert len(show({str(i): i for i in range(1000)})) == 60
