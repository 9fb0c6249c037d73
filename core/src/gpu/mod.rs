//! Layer 1: compute devices: which there are, which one to use, and why not another.
