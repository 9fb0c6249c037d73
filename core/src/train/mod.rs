//! Layer 5: training loops and metrics. The only place that calls `.autodiff()`.
