//! Promises of the engine, the devices, predictions and the command line.

mod analyze;
mod assembled;
mod device_choice;
mod doctor;
mod fake_jobs;
mod fine_tuning;
mod job_ahead;
mod job_cancel;
mod job_ends_once;
mod job_failure;
mod job_priority;
mod localizer;
mod lost_device;
mod mask_replay;
mod real_jobs;
mod replayed;
mod slow_reader;
mod sources;
mod tags;
mod tracks;
mod tried_device;
mod waiting;
mod windows;
mod wire;
