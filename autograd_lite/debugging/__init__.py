"""A debugger for the two passes that goes forward and back, for any editor: a debug adapter.

Read the source in this order: protocol, walk, asking, breakpoints, recordings, panes, session.
"""
