"""The compiler: from openapi.yaml to generated/egp_api, and to the report of what that changes for users.

scripts/regenerate calls `cli`, which takes a document through these stages; `compilation` has the inner ones.

    stage    modules                                     what comes out
    -------  ------------------------------------------  ---------------------------------------------------
    read     document, reader, config                    values, and the line of each place in the file
    check    validity, typos                             nothing, or every problem with its place
    desugar  desugar/                                    the same API in a small part of OpenAPI 3.1
                                                         (`Desugared`)
    name     emit, names                                 every class, module and operation has its name, by
                                                         the generator's rules
    view     package; classes; calls, parameters,        what the templates print
             bodies, responses; dictionaries; security,
             servers
    print    emit, templates/                            files, tidied by ruff
    try      compilation                                 nothing is missing, all imports, examples survive
    install  install, check                              the new package in the place of the old one, or
                                                         what differs (`--check`)
    report   baseline, changes/                          what changed for users, and the version step

Views read types from desugared schemas (`kinds`, and `media` types), and are made of expressions: `unions`
(which member of a union), `from_dict` (JSON to values), `literals` (the document's text, as data). What stops
a run is a `CompileError` of `errors`, which carries a `Finding` for each problem; places in a document are
JSON Pointers (`pointer`). `walk` goes through it: references, operations and their names.

desugar/ takes `operations` and `schemas` into the few `forms` that schemas may have (with `merging` for
allOf, `values` for enums and defaults, `naming` for inline classes), then sets `tags` (discriminators) and
goes over all of it once more (`finish`).

changes/ reads what users see of both documents as they were desugared, without what is wrong in them
(`survey`, `schemas`): a `surface` of parts, which have types (`shape`). It finds which were renamed and
compares (`compare` → `operations`, `parts`) into a `report`. The rule is docs/spec-changes.md.
"""
