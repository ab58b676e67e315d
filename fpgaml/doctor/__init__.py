"""What is installed on this machine, and what fpgaml can do with it."""

from fpgaml.doctor.capabilities import Capability, capabilities
from fpgaml.doctor.examine import Diagnosis, FrameworkPython, examine
from fpgaml.doctor.tools import Tool

__all__ = ["Capability", "Diagnosis", "FrameworkPython", "Tool", "capabilities", "examine"]
