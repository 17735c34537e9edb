//! What the operations take and give, as the service's model (`sqs/2012-11-05`) declares it.
//!
//! Every member is optional here: SQS words what is missing in a way of its own, see `visit::needed`.

mod messages;
mod queues;

pub(crate) use messages::*;
pub(crate) use queues::*;

aws::structures! { Pascal;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}
}
