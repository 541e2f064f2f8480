"""A language host for Python programs, for engines that come without the official one.

The engine starts it as `pulumi-language-python`, reads a port from its stdout and requests over gRPC
to run the program, policy packs and plugins written in Python.
"""
