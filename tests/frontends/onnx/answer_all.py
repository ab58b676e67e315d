"""Runs every NAME.onnx of a folder on NAME.npy by onnxruntime, and writes NAME.npz: `python answer_all.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime

for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    found = session.run(names, {"x": np.load(path.with_suffix(".npy"))})
    np.savez(path.with_suffix(".npz"), **dict(zip(names, found, strict=True)))
