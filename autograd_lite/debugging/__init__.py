"""A debugger for the two passes that goes forward and back, for any editor: a debug adapter.

One recording, without processes or wires: protocol, walk, asking, breakpoints, recordings, panes,
session. The script's side, in its own process: recorder, processes, script. The editor's side:
running, adapter, serving; and extension, which packs what VS Code needs.
"""
