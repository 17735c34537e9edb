//! Whether an execution can be redriven, as far as its state machine has a say.

use runner::{Description, Redrive};

use crate::arn::MachineArn;
use crate::errors::Error;
use crate::visit::Visit;

/// The `redriveStatusReason` while the machine is going, and after.
pub(crate) const DELETING: &str = "State machine is in DELETING status";

/// What the runner says, unless the machine is going or gone.
pub(crate) async fn status(ctx: &Visit<'_>, described: &Description) -> Result<Redrive, Error> {
    if let Redrive::NotRedrivable(_) = described.redrive {
        return Ok(described.redrive.clone());
    }
    let arn = MachineArn::parse(&described.machine.facts().arn)?;
    let found = ctx.tables().machine(&arn).await?;
    if found.is_some_and(|found| !found.value.is_deleting) {
        return Ok(described.redrive.clone());
    }
    Ok(Redrive::NotRedrivable(DELETING.to_owned()))
}
