//! The command line: analyze, features, scenes, doctor, bench.
