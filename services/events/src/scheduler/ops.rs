//! The operations: check, act, reply.

use base::Arn;
use service::Caller;
use store::Found;

use super::PRINCIPAL;
use super::due::first;
use super::errors::Error;
use super::tables::{self, DEFAULT_GROUP, Group, Schedule, ScheduleName, group_arn};
use super::wire::{
    ActionAfterCompletion, CreateScheduleGroupInput, CreateScheduleGroupOutput,
    FlexibleTimeWindowMode, GetScheduleOutput, ListScheduleGroupsInput, ListScheduleGroupsOutput,
    ListSchedulesInput, ListSchedulesOutput, ListTagsInput, ListTagsOutput, OneGroup, OneSchedule,
    ScheduleGroup, ScheduleGroupState, ScheduleInput, ScheduleOutput, ScheduleState,
    ScheduleSummary, TagsInput, TargetSummary, UntagInput,
};
use crate::paging::Listing;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, RetryPolicy, Tag};

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>
pub(crate) async fn create_schedule(
    ctx: &Visit<'_>,
    req: ScheduleInput,
) -> Result<ScheduleOutput, Error> {
    let name = checked(ctx, &req).await?;
    let schedule = Schedule {
        due: first(&req, ctx.now())?,
        input: req,
        created_at: ctx.now(),
        modified_at: ctx.now(),
    };
    match ctx.commit(tables::creation(&name, schedule)).await? {
        Commit::Done => {
            ctx.room().bell.ring();
            Ok(ScheduleOutput { schedule_arn: name.arn() })
        }
        Commit::Raced => Err(Error::ScheduleExists(name.name)),
    }
}

/// What a request leaves out gets its default, whatever stood there.
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html>
pub(crate) async fn update_schedule(
    ctx: &Visit<'_>,
    req: ScheduleInput,
) -> Result<ScheduleOutput, Error> {
    let name = checked(ctx, &req).await?;
    loop {
        let found = existing(ctx, &name).await?;
        let changed = Schedule {
            due: first(&req, ctx.now())?,
            input: req.clone(),
            created_at: found.value.created_at,
            modified_at: ctx.now(),
        };
        if ctx.commit(tables::change(&found, &name, changed)).await? == Commit::Done {
            ctx.room().bell.ring();
            return Ok(ScheduleOutput { schedule_arn: name.arn() });
        }
    }
}

/// The name of the schedule of a request that has all it needs.
async fn checked(ctx: &Visit<'_>, req: &ScheduleInput) -> Result<ScheduleName, Error> {
    let window = &req.flexible_time_window;
    if window.mode == FlexibleTimeWindowMode::Flexible && window.maximum_window_in_minutes.is_none()
    {
        let sentence = "MaximumWindowInMinutes must be specified for a flexible time window."; // By analogy.
        return Err(Error::Validation(sentence.to_owned()));
    }
    let target = &req.target;
    for (member, arn) in [("Arn", &target.arn), ("RoleArn", &target.role_arn)] {
        if Arn::parse(arn).is_err() {
            let sentence = format!("Provided {member} is not in correct format."); // By analogy.
            return Err(Error::Validation(sentence));
        }
    }
    let name = named(ctx, req.name.clone(), req.group_name.clone());
    let group = tables::group(ctx.tables().0, &name.scope, &name.group).await?;
    if group.is_none() {
        return Err(Error::GroupNotFound(name.group));
    }
    let service = Caller { arn: PRINCIPAL.to_owned() };
    let asking =
        ctx.request.follow_up(service).with_source_arn(group_arn(&name.scope, &name.group));
    if ctx.room().bus.assume(&asking, &target.role_arn).is_err() {
        return Err(Error::RoleTrustsOthers);
    }
    Ok(name)
}

fn named(ctx: &Visit<'_>, name: String, group: Option<String>) -> ScheduleName {
    let group = group.unwrap_or_else(|| DEFAULT_GROUP.to_owned());
    ScheduleName { scope: ctx.scope(), group, name }
}

async fn existing(ctx: &Visit<'_>, name: &ScheduleName) -> Result<Found<Schedule>, Error> {
    let found = tables::schedule(ctx.tables().0, name).await?;
    found.ok_or_else(|| Error::ScheduleNotFound(name.name.clone()))
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html>
pub(crate) async fn get_schedule(
    ctx: &Visit<'_>,
    req: OneSchedule,
) -> Result<GetScheduleOutput, Error> {
    let name = named(ctx, req.name, req.group_name);
    let Schedule { input, created_at, modified_at, .. } = existing(ctx, &name).await?.value;
    let mut target = input.target;
    let given = target.retry_policy.take();
    target.retry_policy = Some(RetryPolicy {
        maximum_retry_attempts: given
            .as_ref()
            .and_then(|it| it.maximum_retry_attempts)
            .or(Some(185)),
        maximum_event_age_in_seconds: given
            .and_then(|it| it.maximum_event_age_in_seconds)
            .or(Some(86_400)),
    });
    Ok(GetScheduleOutput {
        arn: name.arn(),
        group_name: name.group,
        name: name.name,
        schedule_expression: input.schedule_expression,
        start_date: input.start_date,
        end_date: input.end_date,
        description: input.description,
        schedule_expression_timezone: input
            .schedule_expression_timezone
            .unwrap_or_else(|| "UTC".to_owned()),
        state: input.state.unwrap_or(ScheduleState::Enabled),
        creation_date: created_at.into(),
        last_modification_date: modified_at.into(),
        kms_key_arn: input.kms_key_arn,
        target,
        flexible_time_window: input.flexible_time_window,
        action_after_completion: input
            .action_after_completion
            .unwrap_or(ActionAfterCompletion::None),
    })
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteSchedule.html>
pub(crate) async fn delete_schedule(ctx: &Visit<'_>, req: OneSchedule) -> Result<Empty, Error> {
    let name = named(ctx, req.name, req.group_name);
    loop {
        let found = existing(ctx, &name).await?;
        if ctx.commit(tables::removal(&found, &name)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html>
pub(crate) async fn list_schedules(
    ctx: &Visit<'_>,
    req: ListSchedulesInput,
) -> Result<ListSchedulesOutput, Error> {
    let prefix = req.name_prefix.unwrap_or_default();
    let group = req.group_name.as_deref();
    let mut schedules = tables::schedules(ctx.tables().0, &ctx.scope(), group).await?;
    let state_of = |schedule: &Schedule| schedule.input.state.unwrap_or(ScheduleState::Enabled);
    schedules.retain(|(name, schedule)| {
        name.name.starts_with(&prefix) && req.state.is_none_or(|state| state == state_of(schedule))
    });
    let listed = schedules.into_iter().map(|(name, schedule)| {
        let place = format!("{}/{}", name.group, name.name);
        let summary = ScheduleSummary {
            arn: name.arn(),
            name: name.name,
            group_name: name.group,
            state: state_of(&schedule),
            creation_date: schedule.created_at.into(),
            last_modification_date: schedule.modified_at.into(),
            target: TargetSummary { arn: schedule.input.target.arn },
        };
        (place, summary)
    });
    let state = req.state.map_or("", |state| state.as_str());
    let listing = Listing {
        operation: "ListSchedules",
        arguments: &[group.unwrap_or_default(), &prefix, state],
        next_token: req.next_token.as_deref(),
        limit: req.max_results,
    };
    let mut listed: Vec<_> = listed.collect();
    listed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (page, next_token) = listing.page(ctx, listed)?;
    let schedules = page.into_iter().map(|(_, summary)| summary).collect();
    Ok(ListSchedulesOutput { schedules, next_token })
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html>
pub(crate) async fn create_schedule_group(
    ctx: &Visit<'_>,
    req: CreateScheduleGroupInput,
) -> Result<CreateScheduleGroupOutput, Error> {
    if req.name == DEFAULT_GROUP {
        return Err(Error::GroupExists(req.name));
    }
    let tags = req.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
    let group = Group { created_at: ctx.now(), modified_at: ctx.now(), tags: tags.collect() };
    let scope = ctx.scope();
    match ctx.commit(tables::group_creation(&scope, &req.name, group)).await? {
        Commit::Done => {
            Ok(CreateScheduleGroupOutput { schedule_group_arn: group_arn(&scope, &req.name) })
        }
        Commit::Raced => Err(Error::GroupExists(req.name)),
    }
}

async fn existing_group(ctx: &Visit<'_>, name: &str) -> Result<Group, Error> {
    let found = tables::group(ctx.tables().0, &ctx.scope(), name).await?;
    found.ok_or_else(|| Error::GroupNotFound(name.to_owned()))
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetScheduleGroup.html>
pub(crate) async fn get_schedule_group(
    ctx: &Visit<'_>,
    req: OneGroup,
) -> Result<ScheduleGroup, Error> {
    let group = existing_group(ctx, &req.name).await?;
    Ok(shown(ctx, req.name, &group))
}

fn shown(ctx: &Visit<'_>, name: String, group: &Group) -> ScheduleGroup {
    ScheduleGroup {
        arn: group_arn(&ctx.scope(), &name),
        name,
        state: ScheduleGroupState::Active,
        creation_date: Some(group.created_at.into()),
        last_modification_date: Some(group.modified_at.into()),
    }
}

/// Its schedules go with it, at once.
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html>
pub(crate) async fn delete_schedule_group(ctx: &Visit<'_>, req: OneGroup) -> Result<Empty, Error> {
    if req.name == DEFAULT_GROUP {
        let sentence = "The default schedule group can't be deleted."; // By analogy.
        return Err(Error::Validation(sentence.to_owned()));
    }
    existing_group(ctx, &req.name).await?;
    let scope = ctx.scope();
    let schedules = tables::schedules(ctx.tables().0, &scope, Some(&req.name)).await?;
    ctx.commit(tables::group_removal(&scope, &req.name, &schedules)).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListScheduleGroups.html>
pub(crate) async fn list_schedule_groups(
    ctx: &Visit<'_>,
    req: ListScheduleGroupsInput,
) -> Result<ListScheduleGroupsOutput, Error> {
    let prefix = req.name_prefix.unwrap_or_default();
    let mut groups = tables::groups(ctx.tables().0, &ctx.scope()).await?;
    groups.insert(DEFAULT_GROUP.to_owned(), existing_group(ctx, DEFAULT_GROUP).await?);
    let groups = groups.into_iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let listing = Listing {
        operation: "ListScheduleGroups",
        arguments: &[&prefix],
        next_token: req.next_token.as_deref(),
        limit: req.max_results,
    };
    let (page, next_token) = listing.page(ctx, groups)?;
    let schedule_groups = page.into_iter().map(|(name, group)| shown(ctx, name, &group)).collect();
    Ok(ListScheduleGroupsOutput { schedule_groups, next_token })
}

/// The group of an ARN: only groups have tags.
async fn tagged(ctx: &Visit<'_>, arn: &str) -> Result<(String, Group), Error> {
    let name = Arn::parse(arn)
        .ok()
        .and_then(|arn| arn.resource.strip_prefix("schedule-group/").map(str::to_owned));
    let invalid = || Error::Validation("Provided Arn is not in correct format.".to_owned()); // By analogy.
    let name = name.ok_or_else(invalid)?;
    let group = existing_group(ctx, &name).await?;
    Ok((name, group))
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagsInput) -> Result<Empty, Error> {
    let (name, mut group) = tagged(ctx, &req.resource_arn).await?;
    group.tags.extend(req.tags.into_iter().map(|tag| (tag.key, tag.value)));
    ctx.commit(tables::group_put(&ctx.scope(), &name, group)).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(ctx: &Visit<'_>, req: UntagInput) -> Result<Empty, Error> {
    let (name, mut group) = tagged(ctx, &req.resource_arn).await?;
    group.tags.retain(|key, _| !req.tag_keys.contains(key));
    ctx.commit(tables::group_put(&ctx.scope(), &name, group)).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsInput,
) -> Result<ListTagsOutput, Error> {
    let (_, group) = tagged(ctx, &req.resource_arn).await?;
    let tags = group.tags.into_iter().map(|(key, value)| Tag { key, value });
    Ok(ListTagsOutput { tags: tags.collect() })
}
