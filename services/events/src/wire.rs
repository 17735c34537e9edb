//! What the operations take and give, as the service's model (`events/2015-10-07`) declares it.
//!
//! Members, types and constraints only. What an operation checks beyond them stands in its own file of `ops`.

mod archives;
mod buses;
mod connections;
mod destinations;
mod rules;
mod targets;

pub(crate) use archives::*;
pub(crate) use buses::*;
pub(crate) use connections::*;
pub(crate) use destinations::*;
pub(crate) use rules::*;
pub(crate) use targets::*;

/// `[\.\-_A-Za-z0-9]+`
fn is_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter))
}

/// `[/\.\-_A-Za-z0-9]+`
fn is_bus_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || "/.-_".contains(letter))
}

aws::structures! { Pascal;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}

    pub(crate) struct Tag {
        required key: String [length(1, 128)],
        required value: String [length(0, 256)],
    }
    pub(crate) struct TagResourceInput {
        required resource_a_r_n: String [length(1, 1600)],
        required tags: Vec<Tag>,
    }
    pub(crate) struct UntagResourceInput {
        required resource_a_r_n: String [length(1, 1600)],
        required tag_keys: Vec<String>,
    }
    pub(crate) struct ListTagsForResourceInput {
        required resource_a_r_n: String [length(1, 1600)],
    }
    pub(crate) struct ListTagsForResourceOutput {
        required tags: Vec<Tag>,
    }
}
