"""XML looked at before it is read: entities that grow, depth, roots; its graphs, and its values by type."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats import write
from neurograph.formats.encoding.elements import children, needed_attribute, only_graph, parsed_xml, typed
from tests.formats.graphs import refused, sample

LAUGHS = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9))


@pytest.mark.parametrize(("suffix", "root"), [(".graphml", "graphml"), (".gexf", "gexf")])
def test_xml_that_grows_or_goes_too_deep_is_refused(suffix, root, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    text = path.read_text()
    for declared in (f'<!ENTITY a0 "ha">{LAUGHS}', '<!ENTITY a SYSTEM "file:///etc/hosts">'):
        path.write_text(text.replace(f"<{root} ", f"<!DOCTYPE {root} [{declared}]>\n<{root} ", 1))
        refused(path, "declares entities")
    path.write_text(text.replace("</graph>", "<nodes><node>" * 50_000 + "</node></nodes>" * 50_000 + "</graph>"))
    refused(path, "nested more than 100 deep")


def test_elements_are_found_whatever_their_namespace():
    root = parsed_xml(b'<g:gexf xmlns:g="x"><graph><g:node id="a"/><node id="b"/><edge/></graph></g:gexf>', "gexf")
    assert [node.get("id") for node in children(only_graph(root), "node")] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<graphml><graph/></graphml>", "root <graphml>: expected <gexf>"),
        (b"<gexf><graph>", "not whole XML"),
        (b"<gexf><graph/></gexf>x", "not whole XML"),
        (b'<?xml version="1.0" encoding="no-such"?><gexf/>', "not whole XML"),
    ],
)
def test_xml_of_another_kind_is_refused(data, message):
    with pytest.raises(FormatError, match=message):
        parsed_xml(data, "gexf")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<a/>", "holds 0 graphs"),
        (b"<a><graph/><graph/></a>", "holds 2 graphs: expected one"),
        (b"<a><b><graph/></b></a>", "holds 1 graphs"),
        (b'<a><graph><node id="n7"><graph/></node></graph></a>', r"2 graphs \(node 'n7' is a group.*ungroup"),
    ],
)
def test_another_number_of_graphs_is_refused(data, message):
    with pytest.raises(FormatError, match=message):
        only_graph(parsed_xml(data, "a"))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("True", "boolean", True), ("0", "boolean", False), (" -3 ", "long", -3), ("3", "Integer", 3),
        ("1e3", "double", 1000.0), ("Infinity", "float", float("inf")), ("NaN", "float", None), ("", "int", None),
        (None, "string", None), (" a ", "string", " a "), ("[1, 2]", "listinteger", "[1, 2]"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_its_type(text, kind, value):
    found = typed(text, kind, "x")
    assert found == value
    assert type(found) is type(value)


def test_a_value_or_a_type_that_is_none_is_named():
    with pytest.raises(FormatError, match="x is 'yes': expected a value of type boolean"):
        typed("yes", "boolean", "x")
    with pytest.raises(FormatError, match="x is of type 'quaternion': expected one of boolean, int"):
        typed("", "quaternion", "x")
    with pytest.raises(FormatError, match=r"a node \{'x': '1'\} has no id"):
        needed_attribute(parsed_xml(b'<node x="1"/>', "node"), "id")
