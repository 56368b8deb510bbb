"""A reader of HTML that accepts what a card may hold: closed tags, no script, nothing fetched, no id to clash."""

from html.parser import HTMLParser


class Checked(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.tags, self.rows, self.attributes = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.add(tag, attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.add(tag, attrs)

    def add(self, tag, attrs):
        assert tag not in ("script", "style", "link", "img", "object", "embed", "a", "use"), tag
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), names
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("id", "href", "src", "xlink:href"), name
            assert "url(" not in value
            assert "@import" not in value
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(html):
    """Read a card, or fail; its text, its rows of cells and its tags are attributes."""
    page = Checked()
    page.feed(html)
    page.close()
    assert page.open == []
    page.text = " ".join(page.texts)
    html.encode("utf-8")
    return page
