"""Speed, as ratios in one run: fpgaml against hls4ml, and against the limits that the project sets itself."""
