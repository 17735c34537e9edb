//! What the operations take and give, as the services' models (`iam/2010-05-08`, `sts/2011-06-15`) declare it.
//!
//! Members, types and constraints only. Operations that users, groups and roles each have share a structure here, of
//! whose three names one is there: `UserName`, `GroupName` or `RoleName`.

mod absent;
mod access_keys;
mod account;
mod groups;
mod identities;
mod instance_profiles;
mod passwords;
mod policies;
mod providers;
mod roles;
mod simulation;
mod sts;
mod users;

pub(crate) use absent::*;
pub(crate) use access_keys::*;
pub(crate) use account::*;
pub(crate) use groups::*;
pub(crate) use identities::*;
pub(crate) use instance_profiles::*;
pub(crate) use passwords::*;
pub(crate) use policies::*;
pub(crate) use providers::*;
pub(crate) use roles::*;
pub(crate) use simulation::*;
pub(crate) use sts::*;
pub(crate) use users::*;

/// Letters, digits, spaces and a few signs.
fn is_tag_text(text: &str) -> bool {
    let is_space = |letter: char| letter.is_whitespace() && !letter.is_control();
    let is_sign = |letter: char| "_.:/=+-@".contains(letter);
    text.chars().all(|letter| letter.is_alphanumeric() || is_space(letter) || is_sign(letter))
}

aws::structures! { Pascal;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}

    pub(crate) struct Tag {
        required key: String [length(1, 128).pattern(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", is_tag_text)],
        required value: String [length(0, 256).pattern(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", is_tag_text)],
    }

    /// What lists take that take nothing else.
    pub(crate) struct PageInput {
        optional path_prefix: String [length(1, 512)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
}
