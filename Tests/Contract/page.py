# The page docs/asyncapi.yaml: read strictly, looked up by reference, and its copies of other files brought up to date.
import json
import re

import yaml


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice, and leaves times as the texts that they are."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", StrictLoader.construct_yaml_str)


class PageDumper(yaml.SafeDumper):
    """Indents lists, as the page does."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


class Page:
    def __init__(self, path):
        self.root = yaml.load(path.read_text(), StrictLoader)

    @property
    def messages(self):
        return self.root["components"]["messages"]

    def at(self, reference):
        """What a reference within the page points to; None when it points nowhere."""
        value = self.root
        for part in reference.removeprefix("#/").split("/"):
            if not isinstance(value, dict) or part not in value:
                return None
            value = value[part]
        return value

    def references(self):
        """Each reference of the page: where it stands, and the object that holds it. Examples hold none."""
        return self._references(self.root, "")

    def _references(self, value, place):
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            if key == "$ref" and isinstance(item, str):
                yield place, value
            elif key != "examples":
                yield from self._references(item, f"{place}/{key}")


def shown(path):
    """A file as an example of the page shows it."""
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else re.sub(r"\s", "", text)


def rewritten(text, examples, schema):
    """The page's text with the files' content in the place of all examples and of the protobuf schema."""
    lines = text.splitlines()
    result = []
    example = None
    while lines:
        line = lines.pop(0)
        indent = line[: len(line) - len(line.lstrip())]
        if name := re.fullmatch(r" *- name: (\S+)", line):
            example = examples.get(name[1])
        if line.startswith(indent + "payload:") and example is not None:
            replacement = example_lines(shown(example))
            example = None
        elif line.startswith(indent + "schema:"):
            replacement = ["schema: |"] + ["  " + part for part in schema.splitlines()]
        else:
            result.append(line)
            continue
        while lines and (not lines[0] or lines[0].startswith(indent + " ")):
            lines.pop(0)
        result += [(indent + part).rstrip() for part in replacement]
    return "\n".join(result) + "\n"


def example_lines(value):
    if isinstance(value, str):
        return ["payload: |"] + ["  " + value[i : i + 96] for i in range(0, len(value), 96)]
    # Inner objects and lists on one line; what is this wide stays below 120 columns where the page has it.
    style = {"default_flow_style": None, "sort_keys": False, "allow_unicode": True, "width": 90}
    return yaml.dump({"payload": value}, Dumper=PageDumper, **style).splitlines()
