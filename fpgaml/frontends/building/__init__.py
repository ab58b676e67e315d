"""What every frontend builds a Graph with: a layer's emitter, constants, tables of functions, softmax."""
