//! What goes on after a reply: a deleted machine's executions are stopped, then it goes.

use std::sync::Arc;

use asl::Failure;
use runner::{ExecutionError, ListExecutions, Status};
use store::Store;

use crate::Room;
use crate::arn::MachineArn;
use crate::errors::Error;
use crate::tables::{self, Tables};

/// Executions that are looked up at once.
const PAGE: usize = 100;

/// Deletes every machine that is `DELETING`.
pub(crate) async fn finish_deletions(room: Arc<Room>) {
    let deleting = match tables::deleting(&*room.store).await {
        Ok(deleting) => deleting,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "read deleted machines");
            return;
        }
    };
    for arn in deleting {
        if let Err(error) = finish_deletion(Arc::clone(&room), arn.clone()).await {
            tracing::error!(error = &error as &dyn std::error::Error, %arn, "delete the machine");
        }
    }
}

/// Stops the executions of a machine that is `DELETING` and deletes it.
pub(crate) async fn finish_deletion(room: Arc<Room>, arn: MachineArn) -> Result<(), Error> {
    let running = ListExecutions {
        of: arn.to_string().into(),
        status: Some(Status::Running),
        redriven: None,
    };
    loop {
        let page = room.runner.list(&running, None, PAGE).await?;
        for execution in &page.items {
            match room.runner.stop(&execution.execution_arn, Failure::default()).await {
                Ok(_) | Err(ExecutionError::DoesNotExist | ExecutionError::NotRedrivable(_)) => {}
                Err(ExecutionError::Runner(error)) => return Err(error.into()),
            }
        }
        if page.items.is_empty() {
            break;
        }
    }
    let store: &dyn Store = &*room.store;
    while let Some(found) = Tables(store).machine(&arn).await? {
        match room.store.commit(tables::removal(&found, &arn)).await {
            Ok(()) => break,
            // A tag was added meanwhile.
            Err(store::Error::PreconditionFailed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
