"""Words of the plugins' reference that no docstring holds: attributes, keys, and what is where."""

from __future__ import annotations

ERRORS = """\
```python
HdpError(message, *, code=None, hint="", where=None, values=None, findings=())
```

A person sees `message` (one sentence), `hint` (the way out) and `where` (item, file, field, table,
row, line, column). Whatever else a plugin raises is logged as a mistake of the plugin.
"""
HOOKS = """\
Mark a function in your `__init__.py` with `@hookimpl` from `hdp.sdk`. It may take fewer arguments
than stand here, and may be a generator. Hooks that declare are called once when HDP starts; what
one raises makes the plugin *broken* and stops no other.
"""
KEYS = """\
Read before any code of the plugin is. `hdp plugin check DIR` names every mistake in it with its
line.

| key | needed | what it is |
|---|---|---|"""

PAGES: dict[str, tuple[str, list[str]]] = {
    "components": ("Components", [
        "Component", "Params", "Port", "Step", "Result", "Output", "Setup",
    ]),
    "targets": ("Targets", [
        "Target", "Can", "Environment", "Connection", "Draft", "RemoteFile", "Publication",
        "Review", "Term",
    ]),
    "records": ("Records, files, findings", [
        "Record", "LocalFile", "Finding", "Modality", "Role", "Json",
    ]),
    "formats": ("Checkers, thumbnailers, sources", ["Checker", "Thumbnailer", "Source"]),
    "http": ("The network", ["Http", "Response"]),
}  # fmt: skip

MANIFEST = {
    "id": "Lower-case letters, digits and `_`; the prefix of every component's id.",
    "name": "What people see.",
    "version": "The plugin's own version, as text.",
    "summary": "One sentence that is read before the plugin is switched on.",
    "sdk": 'The versions of the plugin contract that it works with: `["1"]`.',
    "imports": "Modules that it needs in HDP's own Python; looked for before it is loaded.",
    "programs": "Programs that it runs; looked for on the PATH.",
    "components": "The ids of all its components.",
    "targets": "The ids of all its targets.",
    "secrets": "Names of secrets that `step.secret(name)` may ask for; people enter them.",
    "hosts": "Computers that it talks to; people see them before they switch it on.",
    "settings": "Tables `[settings.NAME]` with `help`, `default`, `choices`: what a person chooses"
    " on this computer. `NAME.*` stands for any name behind the dot.",
}

ATTRIBUTES = {
    "Component.id": "`<plugin>.<name>`, lower case.",
    "Component.version": "Raise it when the same input gives another result.",
    "Component.title": "What people see, in a few words.",
    "Component.inputs": "The ways in.",
    "Component.outputs": "The ways out.",
    "Component.params": "The class of its parameters.",
    "Component.reads": "The fields of the record that it gets to see.",
    "Component.resources": "Limits for one call: `minutes`, `memory` in MB.",
    "Port.name": "The name in pipeline files.",
    "Port.media": "Media types that fit, `image/*` or `*/*` too.",
    "Port.many": "Whether all files come in one call.",
    "Port.optional": "Whether a pipeline may leave it out.",
    "Output.path": "The file, inside `step.workdir`.",
    "Output.role": "Its role in the record.",
    "Output.relpath": "Its path below the results, with `/`.",
    "Output.derived_from": "Names of the files that it was made from.",
    "Result.files": "Output port -> paths or `Output`s.",
    "Result.metadata": "Fields of the record and their proposed values.",
    "Result.findings": "What a person should know.",
    "Result.values": "Named values for later steps.",
    "Result.evidence": "What a proposed value rests on.",
    "Step.inputs": "The files by the port's name.",
    "Step.params": "The parameters, checked.",
    "Step.record": "The record with the fields named in `reads`.",
    "Step.workdir": "An empty folder of this call alone: write here and nowhere else.",
    "Step.log": "A logger; the person sees it with the run.",
    "Step.http": 'The way to the network (isolation "thread").',
    "Setup.http": "The way to the network.",
    "Target.id": "Lower case; environments name it.",
    "Target.title": "What people see.",
    "Target.environments": "The places it knows itself; people add others.",
    "Target.can": "What it does beyond the verbs that all have.",
    "Target.settings": "The class of its settings.",
    "Target.max_files": "The most files of a record, or None.",
    "Target.max_bytes": "The most bytes of a file, or None.",
    "Environment.name": "Its name.",
    "Environment.base_url": "Its address.",
    "Environment.title": "What people see.",
    "Connection.environment": "The environment's name.",
    "Connection.base_url": "Its address, without a slash at the end.",
    "Connection.token": "The token; never logged.",
    "Connection.settings": "What was chosen for the environment.",
    "Connection.http": "Sends with the token, to this host alone.",
    "Connection.log": "A logger.",
    "Draft.id": "The repository's own id.",
    "Draft.concept_id": "What all versions of the record share.",
    "Draft.metadata": "The same words whenever it is read.",
    "Draft.files": "The files it holds.",
    "Draft.raw": "The repository's answer.",
    "RemoteFile.id": "The repository's own id of the file.",
    "RemoteFile.name": "Its name in the record.",
    "RemoteFile.size": "Bytes.",
    "Publication.id": "The version's id.",
    "Publication.concept_id": "What all versions share.",
    "Publication.doi": "The version's DOI.",
    "Publication.concept_doi": "The DOI of all versions.",
    "Publication.version": "The version's name.",
    "Publication.url": "Its page.",
    "Publication.raw": "The repository's answer.",
    "Publication.created": "When it was published, UTC.",
    "Review.state": "Where the review stands.",
    "Review.community": "The community's name.",
    "Review.url": "The review's page.",
    "Term.id": "What is sent.",
    "Term.title": "What people see, in English.",
    "Term.url": "Where the term is explained.",
    "Record.extra": "By target id: fields that only this target has.",
    "Record.files": "The files that belong to it.",
    "LocalFile.path": "Where it is; read it, never write it.",
    "LocalFile.media_type": "Its media type.",
    "LocalFile.role": "Its role in the record.",
    "LocalFile.sha256": "Digest in lower-case hex.",
    "LocalFile.md5": "Digest in lower-case hex.",
    "Finding.severity": "`error` stops the item, `warning` and `info` do not.",
    "Finding.message": "One sentence.",
    "Finding.hint": "The way out.",
    "Modality.id": "Letters, digits and `_`.",
    "Modality.title": "What people see.",
    "Modality.summary": "One sentence.",
    "Checker.id": "`<plugin>.<name>`, lower case.",
    "Checker.title": "What people see: the format's name.",
    "Checker.extensions": "How the names of its files end, lower case, such as `.xyz`.",
    "Checker.isolation": "`process`, and nothing else: HDP's own Python.",
    "Thumbnailer.id": "`<plugin>.<name>`, lower case.",
    "Thumbnailer.title": "What people see: the format's name.",
    "Thumbnailer.extensions": "How the names of its files end; none that HDP shows itself.",
    "Thumbnailer.isolation": "`process`, and nothing else: HDP's own Python.",
    "Source.id": "`<plugin>.<name>`, lower case.",
    "Source.title": "What people see: the system or its export.",
    "Source.extensions": "How the names of its files end, such as `.json` or `.museum.json`; none"
    " that HDP reads as a table itself.",
    "Source.isolation": "`process`, and nothing else: HDP's own Python.",
    "Response.status": "The HTTP status.",
    "Response.headers": "Names in any case.",
    "Response.text": "The body as text.",
    "Response.url": "The address that answered.",
    "HdpError.code": "The code where the call names none.",
    "Role": "The role of a file: `primary`, `member`, `material`, `texture`, `buffer`, `sidecar`,"
    " `documentation`, `archive`, `derived` or `metadata`.",
    "Json": "None, a boolean, a number, a text, or lists and tables of these.",
}
