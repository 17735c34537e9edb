use event_pattern::Pattern;

use crate::errors::Error;
use crate::model::Rule;
use crate::ops::tag_resource::checked;
use crate::schedule::Schedule;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{PutRuleInput, PutRuleOutput, RuleState};

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const RULES_MAX: usize = 300;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
pub(crate) async fn put_rule(ctx: &Visit<'_>, req: PutRuleInput) -> Result<PutRuleOutput, Error> {
    let pattern = req.event_pattern.filter(|pattern| !pattern.is_empty());
    let expression = req.schedule_expression.filter(|expression| !expression.is_empty());
    if let Some(pattern) = &pattern {
        Pattern::parse(pattern)?;
    }
    if pattern.is_none() && expression.is_none() {
        let sentence = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
        return Err(Error::validation(sentence));
    }
    let schedule = expression.as_deref().map(|expression| {
        let invalid = || Error::validation("Parameter ScheduleExpression is not valid.");
        Schedule::parse(expression).ok_or_else(invalid)
    });
    let schedule = schedule.transpose()?;
    let (bus, _) = ctx.bus(req.event_bus_name.as_deref()).await?;
    if schedule.is_some() && !bus.is_default() {
        let sentence = "ScheduleExpression is supported only on the default event bus.";
        return Err(Error::validation(sentence));
    }
    let tags = checked(req.tags.unwrap_or_default())?;
    let state = req.state.unwrap_or(RuleState::Enabled);
    ctx.listen(&bus, pattern.as_deref());
    let name = bus.rule(req.name);
    loop {
        let found = ctx.tables().rule(&name).await?;
        let old = found.as_ref().map(|found| &found.value);
        name.check_own(old.and_then(|old| old.managed_by.as_deref()))?;
        let keeps_time =
            old.filter(|old| old.schedule == expression && old.is_enabled() && old.due.is_some());
        let due = match (&schedule, keeps_time) {
            _ if state == RuleState::Disabled => None,
            (_, Some(old)) => old.due,
            (Some(schedule), None) => schedule.next_after(ctx.now()),
            (None, None) => None,
        };
        let rule = Rule {
            pattern: pattern.clone(),
            schedule: expression.clone(),
            state,
            description: req.description.clone(),
            role_arn: req.role_arn.clone(),
            created_by: ctx.request.account().to_owned(),
            managed_by: None,
            // The tags of a rule that exists stay as they are.
            tags: old.map_or_else(|| tags.clone(), |old| old.tags.clone()),
            targets: old.map_or_else(Vec::new, |old| old.targets.clone()),
            due,
        };
        let batch = match &found {
            Some(found) => tables::rule_change(found, &name, rule),
            None if RULES_MAX <= ctx.tables().rules(&name.bus).await?.len() => {
                return Err(Error::LimitExceeded);
            }
            None => tables::rule_creation(&name, rule),
        };
        if ctx.commit(batch).await? == Commit::Done {
            ctx.room().bell.ring();
            return Ok(PutRuleOutput { rule_arn: name.arn() });
        }
    }
}
