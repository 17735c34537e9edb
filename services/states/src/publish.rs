//! Publishing the current revision of a machine as a version: by itself, and when a machine is updated.

use store::Batch;

use crate::arn::MachineArn;
use crate::errors::Error;
use crate::model::{Machine, Version};
use crate::tables::{self, Tables};
use crate::visit::Visit;

/// The version of the current revision: the one there is, or a new one, which `machine` and `changes` then hold.
/// `tables` must agree with `machine`, apart from what `changes` changes.
pub(crate) async fn current(
    ctx: &Visit<'_>,
    tables: Tables<'_>,
    arn: &MachineArn,
    machine: &mut Machine,
    description: Option<String>,
    changes: &mut Batch,
) -> Result<(u64, Version), Error> {
    if let Some(number) = machine.published {
        let version = tables.version(arn, number).await?;
        let missing = store::Error::Corrupt("no version of a published revision");
        return Ok((number, version.ok_or(missing)?));
    }
    let most = ctx.limits().versions_max;
    if most <= tables.versions(arn, None, most).await?.len() {
        let message = "The maximum number of versions of the state machine has been reached.";
        return Err(Error::ServiceQuotaExceeded(message));
    }
    let number = machine.last_version + 1;
    machine.last_version = number;
    machine.published = Some(number);
    let version = Version { revision: machine.revision, description, created_at: ctx.now() };
    tables::put_version(changes, arn, number, version.clone());
    Ok((number, version))
}
