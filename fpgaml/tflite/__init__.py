"""Integer flatbuffers (`.tflite`): running them with LiteRT."""
