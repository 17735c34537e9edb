//! The contract on real files, and what only a backend with files can show.

mod contract;
#[cfg(target_os = "linux")]
mod disk;
mod folder;
#[cfg(target_os = "linux")]
mod power_loss;
mod stored;
