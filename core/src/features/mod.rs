//! Layer 3: frozen backbones over the segments of a clip.
