"""Tools around the library: command line, review, doctor, rehearsal, toolchain."""
