//! Definitions against what AWS said of them.
//!
//! Reads the folder named by `FREEHOLD_CORPUS`, by default `../shared/corpus` seen from the workspace
//! root; says so when it isn't there.

#![expect(clippy::print_stdout, reason = "a corpus says how much of it passes")]

mod corpus {
    mod data;
    pub(crate) mod folder;
    mod mutants;
    mod recorded;
    mod verdicts;
    mod workflows;
}
