"""Conversion of one .deb to one RPM.

It runs under the Python of the converter root, in a sandbox, where neither the farm nor its libraries are: these
modules import only the standard library and each other.
"""
