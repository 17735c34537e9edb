use store::Batch;

use crate::arn::ActivityArn;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{DeleteActivityInput, Empty};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html>
pub(crate) async fn delete_activity(
    ctx: &Visit<'_>,
    req: DeleteActivityInput,
) -> Result<Empty, Error> {
    let arn = ActivityArn::parse(&req.activity_arn)?;
    let mut batch = Batch::new();
    tables::delete_activity(&mut batch, &arn);
    ctx.commit(batch).await?;
    ctx.activities().remove(&arn.to_string());
    Ok(Empty {})
}
