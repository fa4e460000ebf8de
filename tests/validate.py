#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# validate.py: reads lines SENTENCE<tab>SCHEMA<tab>DOCUMENT<tab>[lines] and says for each "SENTENCE<tab>fine", or what is wrong
# first. The schemas leave their objects open for later versions; here they are closed, so that a member which no table tells
# of is found too. With `lines` every line of the document is one instance. It needs python3-jsonschema.
import json
import sys

import jsonschema


def once(members):
    """A member that stands twice in an object would be lost here."""
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise ValueError("twice in one object: " + ", ".join(sorted(n for n in set(names) if names.count(n) > 1)))
    return dict(members)


def close(schema):
    """Objects that stand by themselves take no member but their own; the parts of an "allOf" do not stand by themselves."""
    if not isinstance(schema, dict):
        return
    if "properties" in schema and "$ref" not in schema:
        schema["unevaluatedProperties"] = False
    for part in schema.get("$defs", {}).values():
        close(part)


def first_error(schema_file, document_file, lines):
    with open(schema_file, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    validator = jsonschema.Draft202012Validator(schema)
    try:
        with open(document_file, encoding="utf-8") as f:
            documents = [json.loads(text, object_pairs_hook=once) for text in (f if lines else [f.read()])]
    except ValueError as error:
        return str(error)
    for document in documents:
        for error in validator.iter_errors(document):
            return "/".join(str(part) for part in error.absolute_path) + ": " + error.message[:300]
    return "fine"


for row in sys.stdin:
    sentence, schema, document, lines = row.rstrip("\n").split("\t")
    print(sentence + "\t" + first_error(schema, document, lines).replace("\n", " "))
