"""Scanner reports to plain data: one file per format, one table that names them all.

A parser takes bytes that anybody may have written and gives :class:`ParsedScan`. It runs in a
confined child process; callers use :func:`checklist_app.scanners.confined.parse_confined`.
"""
