use crate::configuration::encryption_or_default;
use crate::errors::Error;
use crate::model::Activity;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{CreateActivityInput, CreateActivityOutput};
use crate::{name, tags};

/// Idempotent by name, whatever the tags; another encryption is another activity.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html>
pub(crate) async fn create_activity(
    ctx: &Visit<'_>,
    req: CreateActivityInput,
) -> Result<CreateActivityOutput, Error> {
    name::check(&req.name)?;
    let arn = ctx.scope().activity(&req.name);
    let wanted = Activity {
        created_at: ctx.now(),
        encryption: encryption_or_default(req.encryption_configuration)?,
        tags: tags::checked(&arn, req.tags.unwrap_or_default(), ctx.limits())?,
    };
    loop {
        if let Some(found) = ctx.tables().activity(&arn).await? {
            if found.value.encryption != wanted.encryption {
                return Err(Error::ActivityAlreadyExists(arn.to_string()));
            }
            return Ok(CreateActivityOutput {
                activity_arn: arn.to_string(),
                creation_date: found.value.created_at.into(),
            });
        }
        let batch = tables::activity_creation(&arn, wanted.clone());
        if ctx.commit(batch).await? == Commit::Done {
            ctx.activities().insert(arn.to_string());
            return Ok(CreateActivityOutput {
                activity_arn: arn.to_string(),
                creation_date: wanted.created_at.into(),
            });
        }
    }
}
