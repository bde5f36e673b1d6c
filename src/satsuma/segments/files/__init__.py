"""Segments as files: read from a folder, compared with the workspace, applied together, and written out.

form.py        what a file says, and problems with their place in it
lines.py       the small pieces of the text form: values, lists, comments
text_form.py   `*.segment`: a header, an empty line, the definition as text
yaml_form.py   `*.yaml`, `*.yml`: the same as YAML
yaml_nodes.py  YAML as values with their places
folder.py      the files of a folder, all read, all problems at once
planning.py    what each file would change
carrying.py    the changes, inside a version being made
effects.py     who enters and leaves, and which tests break
applying.py    planned, rehearsed, and applied in one version, or refused
exporting.py   every segment of a workspace as a file
result.py      what became of it
"""
