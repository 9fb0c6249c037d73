//! Promises about the tree itself: layers, sizes, shaders.
