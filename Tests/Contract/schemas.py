# Examples against the page's schemas: whether they fit, and whether schemas and examples have the same members.
import jsonschema


class Coverage:
    """Validates values, and notes which members of which schemas they had."""

    def __init__(self, page):
        self.page = page
        self.described = {}
        self.seen = set()

    def fits(self, value, schema):
        return self._validator(schema).is_valid(value)

    def faults(self, value, schema):
        faults = [f"{error.json_path}: {error.message}" for error in self._validator(schema).iter_errors(value)]
        return faults or list(self._undescribed(value, [schema], "$"))

    def unseen(self):
        """Members that the schemas describe and no value had."""
        return sorted(place for key, place in self.described.items() if key not in self.seen)

    def _validator(self, schema):
        checker = jsonschema.Draft7Validator.FORMAT_CHECKER
        # References are to the page, so it goes along; none of its own members is a word of JSON Schema.
        return jsonschema.Draft7Validator({**self.page.root, "allOf": [schema]}, format_checker=checker)

    def _undescribed(self, value, schemas, place):
        """Members of `value` that no schema describes; `schemas` hold for it all together."""
        schemas = [part for schema in schemas for part in self._parts(value, schema)]
        if isinstance(value, list):
            items = [schema["items"] for schema in schemas if "items" in schema]
            for i, item in enumerate(value):
                yield from self._undescribed(item, items, f"{place}[{i}]")
        elif isinstance(value, dict):
            for name, member in value.items():
                inner = []
                for schema in schemas:
                    if name in schema.get("properties", {}):
                        inner.append(schema["properties"][name])
                        self.seen.add((id(schema), name))
                    elif "additionalProperties" in schema:
                        inner.append(schema["additionalProperties"])
                if inner:
                    yield from self._undescribed(member, inner, f"{place}.{name}")
                elif schemas:
                    yield f"{place}.{name} is in no schema"

    def _parts(self, value, schema):
        """A schema and all that it is made of, so far as it holds for the value."""
        if "$ref" in schema:
            yield from self._parts(value, self.page.at(schema["$ref"]))
            return
        for name in schema.get("properties", {}):
            title = next((key for key, s in self.page.root["components"]["schemas"].items() if s is schema), "a part")
            self.described[(id(schema), name)] = f"{name} of {title}"
        yield schema
        for part in schema.get("allOf", []):
            yield from self._parts(value, part)
        for part in schema.get("oneOf", []):
            if self.fits(value, part):
                yield from self._parts(value, part)
