/// Why a template could not be parsed or evaluated, in the words of Velocity, which AppSync passes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Parse(String),
    /// A method threw an exception.
    #[error("{0}")]
    Invocation(String),
    /// A bound was reached.
    #[error("{0}")]
    Limit(&'static str),
    /// The host ended the evaluation, and knows why.
    #[error("the host ended the evaluation")]
    Raised,
}

/// Why a method didn't return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It threw this exception (`java.lang.IndexOutOfBoundsException: …`).
    Thrown(String),
    /// A bound was reached.
    Limit(&'static str),
    /// The host ends the evaluation, and keeps the reason.
    Raised,
}

pub(crate) const TOO_MANY_STEPS: &str = "The template takes too many steps.";
pub(crate) const STOPPED: &str = "The template took too long and was stopped.";
pub(crate) const TOO_LARGE: &str = "Transformation too large.";
pub(crate) const TOO_DEEP: &str = "The values of the template are nested too deeply.";
