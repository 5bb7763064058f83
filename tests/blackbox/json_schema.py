"""As much of JSON Schema as docs/schema uses. Strict: a key that the schema does not name is a complaint, so
that what csb prints and what is documented cannot drift apart."""
import json
import os
import re

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/schema")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}
KNOWN = {"$schema", "title", "description", "type", "required", "properties", "items", "enum", "const", "pattern",
         "minimum", "format", "additionalProperties", "$ref"}


def load(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name in ("integer", "number") and isinstance(value, bool))


def complaints(value, schema, where="$", root=None):
    """What is wrong with `value`, one line each."""
    root = root or schema
    if "$ref" in schema:   # "#/properties/…": a part of the same schema
        target = root
        for key in schema["$ref"].split("/")[1:]:
            target = target[key]
        schema = target
    assert set(schema) <= KNOWN, "keywords this validator does not know: %s" % (set(schema) - KNOWN)
    if "const" in schema and value != schema["const"]:
        return ["%s: %r is not %r" % (where, value, schema["const"])]
    if "enum" in schema and value not in schema["enum"]:
        return ["%s: %r is none of %s" % (where, value, schema["enum"])]
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if types and not any(is_type(value, t) for t in types):
        return ["%s: %r is no %s" % (where, value, types)]
    found = []
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += ["%s: %s is missing" % (where, key) for key in schema.get("required", []) if key not in value]
        found += ["%s: %s is not documented" % (where, key) for key in value
                  if key not in properties and not schema.get("additionalProperties")]
        for key in value.keys() & properties.keys():
            found += complaints(value[key], properties[key], "%s.%s" % (where, key), root)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += complaints(item, schema.get("items", {}), "%s[%d]" % (where, index), root)
    elif isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append("%s: %r does not match %s" % (where, value, schema["pattern"]))
        if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
            found.append("%s: %r is no time" % (where, value))
    elif "minimum" in schema and value is not None and value < schema["minimum"]:
        found.append("%s: %r is below %r" % (where, value, schema["minimum"]))
    return found
