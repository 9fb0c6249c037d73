//! Many clips on many machines: the parts that workers make, and what reads them.

mod asked;
mod killed;
mod parts;
mod shards;
mod workers;
