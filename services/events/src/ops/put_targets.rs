use base::Arn;

use crate::errors::Error;
use crate::input;
use crate::model::Rule;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{PutTargetsInput, PutTargetsOutput, Target};

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const TARGETS_MAX: usize = 5;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>
pub(crate) async fn put_targets(
    ctx: &Visit<'_>,
    req: PutTargetsInput,
) -> Result<PutTargetsOutput, Error> {
    for target in &req.targets {
        check(target)?;
    }
    loop {
        let (name, found) = ctx.rule(req.event_bus_name.as_deref(), &req.rule).await?;
        name.check_own(found.value.managed_by.as_deref())?;
        let mut targets = found.value.targets.clone();
        for target in &req.targets {
            match targets.iter_mut().find(|other| other.id == target.id) {
                Some(other) => other.clone_from(target),
                None => targets.push(target.clone()),
            }
        }
        if TARGETS_MAX < targets.len() {
            return Err(Error::LimitExceeded);
        }
        let changed = Rule { targets, ..found.value.clone() };
        if ctx.commit(tables::rule_change(&found, &name, changed)).await? == Commit::Done {
            return Ok(PutTargetsOutput { failed_entry_count: 0, failed_entries: Vec::new() });
        }
    }
}

fn check(target: &Target) -> Result<(), Error> {
    let Ok(arn) = Arn::parse(&target.arn) else {
        return Err(Error::validation(format!(
            "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
            target.arn
        )));
    };
    let has_group = target.sqs_parameters.is_some();
    if arn.service == "sqs" && arn.resource.ends_with(".fifo") && !has_group {
        let id = &target.id;
        let sentence = format!("Parameter(s) SqsParameters must be specified for target: {id}.");
        return Err(Error::validation(sentence));
    }
    if arn.service == "states" && target.role_arn.is_none() {
        let sentence = format!("RoleArn is required for target {}.", target.arn);
        return Err(Error::validation(sentence));
    }
    input::check(target)
}
