"""The exact emulator: a Graph as C++, compiled, with the interpreter's integers."""
