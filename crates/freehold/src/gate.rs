//! Who may enter.

use aws::Error;
use aws::sigv4::{Presented, Request};
use base::Timestamp;
use service::{Caller, Facts};

use crate::access_keys::AccessKeys;

/// The rule by which requests are let in.
#[derive(Debug)]
pub enum Gate {
    /// `freehold dev`: any credentials or none, on loopback only. Everybody is the account's root.
    Anyone { root: Caller },
    /// `freehold serve`: requests signed with a key of the house.
    Keys(AccessKeys),
}

impl Gate {
    /// Tells who sends a request to a room, or refuses as AWS does.
    pub fn admit(
        &self,
        request: &Request<'_>,
        room: &Facts,
        now: Timestamp,
    ) -> Result<Caller, Error> {
        match self {
            Gate::Anyone { root } => Ok(root.clone()),
            Gate::Keys(keys) => {
                let presented = Presented::of(request.headers, request.query)?;
                let key = keys.find(presented.access_key_id());
                let (credentials, arn) = key.ok_or_else(Error::unrecognized_client)?;
                presented.verify(request, &credentials, room.signing_name, now)?;
                Ok(Caller { arn: arn.to_owned() })
            }
        }
    }
}
