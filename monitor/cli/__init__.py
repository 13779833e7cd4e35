"""The command line: one file for each group of commands; every file parses, calls and prints.

Exit codes: 0 all is well; 1 the answer is 'no' (something is down, nothing was found, the action is not allowed);
2 the input or the configuration is bad, nothing was done; 3 the work cannot be done here (no socket, no database,
address in use); 130 interrupted; 141 the reader of the output has gone.
"""

from monitor.cli.app import main

__all__ = ["main"]
