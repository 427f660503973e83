# The checks of the wire contract. Each yields one line for every fault that it finds.
import json
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import jsonschema
import pydantic
import yaml

from page import Page, rewritten, shown
from schemas import Coverage

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from asyncapi3.models.asyncapi import AsyncAPI3

PAGE = Path("docs/asyncapi.yaml")
EXAMPLES = Path("docs/examples")
PROTOBUF = Path("docs/telemetry.proto")
PROTOBUF_FORMAT = "application/vnd.google.protobuf;version=3"

# Names of event types are texts with full stops, found where they are given.
TYPES_IN_CODE = [
    ("Sources/Vocabulary/Vocabulary/Events.swift", r'"([a-z]+(?:\.[a-z]+)+)"'),
    ("Sources/Storage", r'Type = "([a-z]+(?:\.[a-z]+)+)"'),
    ("Sources/Programs/Gateway", r'\btype: "([a-z]+(?:\.[a-z]+)+)"'),
]


def structure(page):
    """AsyncAPI 3.0's own rules: which objects have which members."""
    try:
        AsyncAPI3.model_validate(page.root)
    except pydantic.ValidationError as error:
        faults = error.errors()
        # A fault shows once for each alternative that was tried; the one that was meant goes deepest.
        faults = [fault for fault in faults if "Reference" not in fault["loc"]] or faults
        deepest = max(len(fault["loc"]) for fault in faults)
        for fault in faults:
            if len(fault["loc"]) == deepest:
                place = ".".join(str(part) for part in fault["loc"] if "[" not in str(part))
                yield f"{PAGE}: {place}: {fault['msg']}"


def references(page):
    """Every reference leads somewhere, stands alone, and everything in `components` and `channels` is referred to."""
    used = set()
    for place, holder in page.references():
        reference = holder["$ref"]
        used.add(reference)
        if not reference.startswith("#/") or page.at(reference) is None:
            yield f"{PAGE}: {place}: {reference} leads nowhere"
        if len(holder) > 1:
            yield f"{PAGE}: {place}: what stands beside a $ref does not count; put both below allOf"
    named = [f"#/components/{kind}/{name}" for kind, all in page.root["components"].items() for name in all]
    named += [f"#/channels/{name}" for name in page.root["channels"]]
    for name in named:
        if name not in used:
            yield f"{PAGE}: {name} is not used"


def channels(page):
    """The parameters of an address are those that the channel describes."""
    for name, channel in page.root["channels"].items():
        in_address = set(re.findall(r"\{(\w+)\}", channel["address"]))
        if in_address != set(channel.get("parameters", {})):
            yield f"{PAGE}: channels/{name}: the address has other parameters than are described"


def schemas(page):
    for name, schema in page.root["components"]["schemas"].items():
        try:
            jsonschema.Draft7Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{PAGE}: components/schemas/{name}: {error.json_path}: {error.message}"


def examples(page):
    """Each example is what its file says and fits its schema, and each member is in the schemas and in an example."""
    files = {path.stem: path for path in sorted(EXAMPLES.iterdir())}
    text = PAGE.read_text()
    coverage = Coverage(page)
    seen = set()
    for key, message in page.messages.items():
        if not message.get("examples"):
            yield f"{PAGE}: messages/{key} has no example"
        for example in message.get("examples", []):
            name = example["name"]
            seen.add(name)
            if name not in files:
                yield f"{PAGE}: example {name}: there is no {EXAMPLES}/{name}.json"
                continue
            payload = shown(files[name])
            inline = example["payload"]
            inline = re.sub(r"\s", "", inline) if isinstance(inline, str) else inline
            if json.dumps(inline, sort_keys=True) != json.dumps(payload, sort_keys=True):
                yield f"{PAGE}: example {name} is not {files[name]}; `Tests/Contract/check --write` puts it in"
            if "schemaFormat" not in message["payload"]:
                for fault in coverage.faults(payload, message["payload"]):
                    yield f"{files[name]}: {fault}"
    for name, path in files.items():
        if name not in seen and str(path) not in text:
            yield f"{path} is not in {PAGE}"
    for place in coverage.unseen():
        yield f"{PAGE}: {place} is in no example"


def one_meaning(page):
    """A record fits the schema of one message alone, so that readers can tell them apart."""
    records = {key: message for key, message in page.messages.items() if "." in message["name"]}
    coverage = Coverage(page)
    for key, message in records.items():
        for example in message["examples"]:
            for other, candidate in records.items():
                if other != key and "schemaFormat" not in candidate["payload"] | message["payload"]:
                    if coverage.fits(example["payload"], candidate["payload"]):
                        yield f"{PAGE}: example {example['name']} of {key} also fits {other}"


def types_in_code():
    for place, pattern in TYPES_IN_CODE:
        path = Path(place)
        for source in [path] if path.is_file() else sorted(path.rglob("*.swift")):
            yield from re.findall(pattern, source.read_text())


def event_types(page):
    """The page has the code's event types, no more and no fewer, and a message is about the type that it names."""
    code = set(types_in_code())
    told = {message["name"] for message in page.messages.values() if "." in message["name"]}
    for name in sorted(code - told):
        yield f"{PAGE}: the event type {name} of the code is missing"
    for name in sorted(told - code):
        yield f"{PAGE}: the code has no event type {name}"
    for key, message in page.messages.items():
        for part in message["payload"].get("allOf", []):
            constant = part.get("properties", {}).get("type", {}).get("const")
            if constant is not None and constant != message["name"]:
                yield f"{PAGE}: messages/{key} is named {message['name']} and has the type {constant}"


def protobuf(page):
    """The page has docs/telemetry.proto, which protoc takes and by which it reads the examples without a rest."""
    text = PROTOBUF.read_text()
    inline = [m["payload"] for m in page.messages.values() if m["payload"].get("schemaFormat") == PROTOBUF_FORMAT]
    if [payload["schema"].rstrip() for payload in inline] != [text.rstrip()]:
        yield f"{PAGE}: the schema of telemetry is not {PROTOBUF}; `Tests/Contract/check --write` puts it in"
    if shutil.which("protoc") is None:
        print("contract: skipped: protoc is not installed, so docs/telemetry.proto is not compiled")
        return
    with tempfile.NamedTemporaryFile() as compiled:
        command = ["protoc", f"--proto_path={PROTOBUF.parent}", f"--descriptor_set_out={compiled.name}", PROTOBUF.name]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        yield f"{PROTOBUF}: {result.stderr.strip()}"
        return
    for path in sorted(EXAMPLES.glob("*.hex")):
        message = "RollUpColumns" if "columns" in path.stem else "TelemetryMessage"
        command = ["protoc", f"--proto_path={PROTOBUF.parent}", f"--decode=telltale.v1.{message}", PROTOBUF.name]
        result = subprocess.run(command, input=bytes.fromhex(shown(path)), capture_output=True)
        if result.returncode != 0:
            yield f"{path}: protoc cannot read it as {message}"
        elif unknown := re.search(rb"^ *\d+[:{ ]", result.stdout, re.MULTILINE):
            yield f"{path}: {PROTOBUF} does not know field {unknown[0].decode().strip(' :{')}"


def write():
    files = {path.stem: path for path in EXAMPLES.iterdir()}
    PAGE.write_text(rewritten(PAGE.read_text(), files, PROTOBUF.read_text()))


def main():
    if sys.argv[1:] == ["--write"]:
        write()
    elif sys.argv[1:]:
        sys.exit("contract: usage: check [--write]")
    try:
        page = Page(PAGE)
    except yaml.YAMLError as error:
        sys.exit(f"contract: {PAGE}: {error}")
    faults = []
    # What comes later takes for granted what was checked before.
    for stage in [[structure], [references, channels, schemas], [examples, one_meaning, event_types, protobuf]]:
        faults += [fault for check in stage for fault in check(page)]
        if faults:
            break
    for fault in faults:
        print(f"contract: {fault}", file=sys.stderr)
    if faults:
        sys.exit(f"contract: {len(faults)} " + ("fault" if len(faults) == 1 else "faults"))
    messages = page.messages.values()
    count = sum(len(message["examples"]) for message in messages)
    types = len(set(types_in_code()))
    print(f"contract: {len(messages)} messages, {count} examples, {types} event types: ok")


main()
