//! The policy language of IAM: from the text of a policy to a decision about a request.
//!
//! It is pure: it knows no users, no rooms and no store. Whoever asks brings the policies that apply, the principal,
//! and what is known of the request, its [`Context`].
//!
//! Start at [`Policy::parse`] and [`evaluate`], which is AWS's evaluation logic:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.
//! The language is that of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>:
//! `document` says what a policy is, `parse` what is refused as malformed, `pattern` what wildcards and variables match,
//! `condition` what each operator means.
//!
//! Service control policies and resource control policies of AWS Organizations aren't here: a house has no organization.

#![warn(missing_docs)]

mod condition;
mod context;
mod document;
mod evaluate;
mod parse;
mod pattern;
mod principal;

pub use context::Context;
pub use document::{Effect, Matches, Policy, Request, Statement};
pub use evaluate::{Denial, Policies, PolicyType, Verdict, evaluate};
pub use parse::{Kind, Malformed};
pub use principal::{Grant, Principal, PrincipalKind};
