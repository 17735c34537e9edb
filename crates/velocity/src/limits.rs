/// How much one evaluation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Directives, references and operators that are evaluated, and items that are worked through.
    pub steps: u64,
    /// Bytes of all texts, lists and maps that are made, whether still in use or not.
    pub bytes: u64,
    /// Bytes of the rendered text.
    pub output_bytes: usize,
    /// Iterations of one `#foreach`; then it ends.
    pub iterations: usize,
    /// Whether regular expressions are matched: how much one works is known when it is over.
    pub matches: bool,
}

impl Limits {
    /// AppSync's quotas: 5 MB of evaluated template, 1,000 iterations. Those of steps and bytes are ours.
    pub const AWS: Limits = Limits {
        steps: 2_000_000,
        bytes: 64 << 20,
        output_bytes: 5_000_000,
        iterations: 1000,
        matches: true,
    };

    /// What takes a moment, about a millisecond at most: for who must not be held up, and can have the rest evaluated
    /// elsewhere. A bound that is reached here needn't be one of [`Limits::AWS`].
    pub const SHORT: Limits = Limits {
        steps: 5_000,
        bytes: 128 << 10,
        output_bytes: 128 << 10,
        matches: false,
        ..Limits::AWS
    };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::AWS
    }
}
