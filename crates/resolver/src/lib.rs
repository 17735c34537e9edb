//! What the code of an AppSync resolver may use, whatever language it is written in.
//!
//! A resolver's code (a VTL template, or a handler in APPSYNC_JS) gets a [`Context`], calls
//! [`functions`] (`util.dynamodb.toMapValues`, `$util.time.nowISO8601` …), and comes to an [`Outcome`].
//! All three are here, once, over [`json::Value`], so that both languages agree.
//! [`template`] evaluates VTL on top of them;
//! JavaScript has a crate of its own on top of this one.
//!
//! It doesn't run resolvers: which code runs when, what its result means to a data source, and how
//! failures reach the client is the business of the `appsync` room. No clock and no entropy of its
//! own either: both come in with the [`Call`].
//!
//! Start at [`Context`], [`Outcome`] and [`functions::find`].

mod call;
mod context;
pub mod functions;
mod java;
mod outcome;
pub mod template;

pub use call::{Args, Call};
pub use context::{Changes, Context};
pub use outcome::{
    CacheEviction, Effects, End, Failure, LogLevel, LogLine, Outcome, SkipTo, response_header,
};
