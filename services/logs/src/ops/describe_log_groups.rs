use crate::errors::Error;
use crate::model::Group;
use crate::visit::Visit;
use crate::wire::{DescribeLogGroupsInput, DescribeLogGroupsOutput, LogGroup};

const OPERATION: &str = "DescribeLogGroups";
/// Groups of a page, and their most: what AWS gives when a request doesn't say.
const PAGE: usize = 50;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>
pub(crate) async fn describe_log_groups(
    ctx: &Visit<'_>,
    req: DescribeLogGroupsInput,
) -> Result<DescribeLogGroupsOutput, Error> {
    if req.log_group_name_prefix.is_some() && req.log_group_name_pattern.is_some() {
        return Err(Error::parameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let wanted = Wanted::of(ctx, &req)?;
    let size = req.limit.map_or(PAGE, |limit| limit as usize);
    let arguments = [
        req.log_group_name_prefix.as_deref().unwrap_or_default(),
        req.log_group_name_pattern.as_deref().unwrap_or_default(),
    ];
    let mut after = ctx.position(OPERATION, &arguments, req.next_token.as_deref())?;
    let scope = ctx.scope();
    let mut page = Vec::new();
    loop {
        let found = ctx.tables().groups(&scope, after.as_deref(), PAGE + 1).await?;
        let is_last = found.len() <= PAGE;
        for (name, group) in found {
            if wanted.contains(&name, &group) {
                if page.len() == size {
                    let last = after.as_deref().unwrap_or_default();
                    let next_token = Some(ctx.token(OPERATION, &arguments, last));
                    return Ok(DescribeLogGroupsOutput { log_groups: page, next_token });
                }
                page.push(shown(ctx, &name, group).await?);
            }
            after = Some(name);
        }
        if is_last {
            return Ok(DescribeLogGroupsOutput { log_groups: page, next_token: None });
        }
    }
}

/// Which groups a request asks for.
struct Wanted<'a> {
    prefix: &'a str,
    pattern: String,
    names: Option<Vec<String>>,
    req: &'a DescribeLogGroupsInput,
}

impl<'a> Wanted<'a> {
    fn of(ctx: &Visit<'_>, req: &'a DescribeLogGroupsInput) -> Result<Self, Error> {
        let names = req.log_group_identifiers.as_ref().map(|identifiers| {
            identifiers.iter().map(|identifier| ctx.scope().name_of(identifier)).collect()
        });
        Ok(Wanted {
            prefix: req.log_group_name_prefix.as_deref().unwrap_or_default(),
            pattern: req.log_group_name_pattern.as_deref().unwrap_or_default().to_lowercase(),
            names: names.transpose()?,
            req,
        })
    }

    fn contains(&self, name: &str, group: &Group) -> bool {
        name.starts_with(self.prefix)
            && name.to_lowercase().contains(&self.pattern)
            && self.names.as_ref().is_none_or(|names| names.iter().any(|other| other == name))
            && self.req.log_group_class.is_none_or(|class| class == group.class)
    }
}

async fn shown(ctx: &Visit<'_>, name: &str, group: Group) -> Result<LogGroup, Error> {
    let scope = ctx.scope();
    let streams = ctx.tables().streams(&scope, name, None, usize::MAX).await?;
    let stored_bytes: u64 = streams.iter().map(|(_, stream)| stream.stored_bytes).sum();
    let metric_filters = ctx.tables().metric_filters(&scope, Some(name)).await?;
    let arn = scope.group(name);
    Ok(LogGroup {
        log_group_name: name.to_owned(),
        creation_time: group.created_at.as_millis(),
        retention_in_days: group.retention_days,
        metric_filter_count: i32::try_from(metric_filters.len()).unwrap_or(i32::MAX),
        arn: format!("{arn}:*"),
        stored_bytes: i64::try_from(stored_bytes).unwrap_or(i64::MAX),
        kms_key_id: group.kms_key_id,
        log_group_class: group.class,
        log_group_arn: arn,
        deletion_protection_enabled: group.is_protected,
    })
}
