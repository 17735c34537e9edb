//! The contract on real files, and what only a backend with files can show.

mod contract;
