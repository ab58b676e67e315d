"""The C++ target: the exact emulator as a project, for C, C++, Python and CMSSW."""
