use serde_json::{Value, json};
use store::{Batch, Found};

use super::check_name;
use crate::arn::{Revisioned, Scope};
use crate::errors::Error;
use crate::model::Definition;
use crate::tables::{self, Kind};
use crate::visit::{Commit, Visit};
use crate::wire::Document;
use crate::wire::batch::{
    DefinitionType, DeregisterJobDefinitionInput, DescribeJobDefinitionsInput,
    DescribeJobDefinitionsOutput, Empty, JobDefinitionParts, RegisterJobDefinitionOutput,
    ResourceRequirement,
};

const KIND: Kind = Kind::JobDefinition;
/// The shortest time that an attempt may be given.
const TIMEOUT_SECONDS_MIN: i32 = 60;

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html>
pub(crate) async fn register_job_definition(
    ctx: &Visit<'_>,
    req: Document,
) -> Result<RegisterJobDefinitionOutput, Error> {
    let parts: JobDefinitionParts = req.read()?;
    check(&parts)?;
    let mut given = req.0;
    if let Value::Object(members) = &mut given {
        members.remove("tags");
    }
    let definition = Definition {
        text: given.to_string(),
        tags: parts.tags.unwrap_or_default(),
        registered_at: ctx.now().as_millis(),
        registered_by: ctx.request.caller().arn.clone(),
        deregistered_at: None,
    };
    let (scope, name) = (ctx.scope(), parts.job_definition_name);
    loop {
        let newest = ctx.tables().newest(KIND, &scope, &name).await?;
        let mut batch = Batch::new();
        tables::add_revision(&mut batch, KIND, &scope, &name, newest, &definition);
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(RegisterJobDefinitionOutput {
                job_definition_arn: arn(&scope, &name, newest + 1),
                job_definition_name: name,
                revision: i64::try_from(newest + 1).unwrap_or(i64::MAX),
            });
        }
    }
}

fn check(parts: &JobDefinitionParts) -> Result<(), Error> {
    check_name("jobDefinitionName", &parts.job_definition_name)?;
    let is_elsewhere = parts.ecs_properties.is_some() || parts.eks_properties.is_some();
    if parts.r#type == DefinitionType::MultiNode || is_elsewhere {
        return Err(Error::batch(
            "Job definitions other than with containerProperties are not available in this house.",
        ));
    }
    let Some(container) = &parts.container_properties else {
        return Err(Error::batch(
            "Error executing request, Exception : containerProperties must be specified for a container job definition.",
        ));
    };
    if container.image.as_deref().unwrap_or_default().is_empty() {
        return Err(Error::batch(
            "Error executing request, Exception : Container.image should not be null or empty",
        ));
    }
    Resources::read(container.resource_requirements.as_deref())?;
    check_timeout(parts.timeout.as_ref().and_then(|timeout| timeout.attempt_duration_seconds))
}

/// What resource requirements ask for, where they do.
#[derive(Default)]
pub(super) struct Resources {
    pub(super) vcpus: Option<f64>,
    /// Mebibytes.
    pub(super) memory: Option<i32>,
}

impl Resources {
    pub(super) fn read(requirements: Option<&[ResourceRequirement]>) -> Result<Self, Error> {
        let mut resources = Resources::default();
        for ResourceRequirement { r#type: kind, value } in requirements.unwrap_or_default() {
            let invalid = || {
                Error::batch(format!(
                    "Error executing request, Exception : Value {value} for type {kind} in resourceRequirement is not valid. Please provide a numeric value."
                ))
            };
            match kind.as_str() {
                "VCPU" => {
                    let vcpus = value.parse().ok().filter(|it: &f64| it.is_finite() && 0.0 < *it);
                    resources.vcpus = resources.vcpus.or(Some(vcpus.ok_or_else(invalid)?));
                }
                "MEMORY" => {
                    let memory = value.parse().ok().filter(|it| 0 < *it);
                    resources.memory = resources.memory.or(Some(memory.ok_or_else(invalid)?));
                }
                _ => {}
            }
        }
        Ok(resources)
    }
}

pub(super) fn check_timeout(seconds: Option<i32>) -> Result<(), Error> {
    match seconds.is_some_and(|seconds| seconds < TIMEOUT_SECONDS_MIN) {
        true => Err(Error::batch("attemptDurationSeconds must be at least 60 seconds.")),
        false => Ok(()),
    }
}

pub(super) fn arn(scope: &Scope, name: &str, revision: u64) -> String {
    scope.batch("job-definition", &format!("{name}:{revision}"))
}

/// The revision that a request names; without a number the newest that is active.
pub(crate) async fn active(
    ctx: &Visit<'_>,
    reference: &str,
) -> Result<Option<(String, u64, Definition)>, Error> {
    let Some(Revisioned { name, revision }) = Revisioned::parse(reference) else { return Ok(None) };
    let revisions = ctx.tables().revisions(KIND, &ctx.scope(), name).await?;
    let mut wanted = revisions.into_iter().rev().filter(|(number, it)| {
        it.deregistered_at.is_none() && revision.is_none_or(|wanted| wanted == *number)
    });
    Ok(wanted.next().map(|(number, definition)| (name.to_owned(), number, definition)))
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobDefinitions.html>
pub(crate) async fn describe_job_definitions(
    ctx: &Visit<'_>,
    req: DescribeJobDefinitionsInput,
) -> Result<DescribeJobDefinitionsOutput, Error> {
    let scope = ctx.scope();
    let asked = req.job_definitions.unwrap_or_default();
    let asked: Vec<Revisioned<'_>> = asked.iter().filter_map(|it| Revisioned::parse(it)).collect();
    let is_asked_for = |name: &str, number: u64| {
        let is_it =
            |it: &Revisioned<'_>| it.name == name && it.revision.is_none_or(|it| it == number);
        (asked.is_empty() || asked.iter().any(is_it))
            && req.job_definition_name.as_deref().is_none_or(|wanted| wanted == name)
    };
    let mut found = Vec::new();
    for name in ctx.tables().names(KIND, &scope).await? {
        for (number, definition) in ctx.tables().revisions(KIND, &scope, &name).await? {
            let is_wanted =
                req.status.as_deref().is_none_or(|wanted| wanted == status(&definition));
            if is_wanted && is_asked_for(&name, number) {
                found.push((name.clone(), number, definition));
            }
        }
    }
    let position = |(name, number, _): &(String, u64, Definition)| format!("{name}:{number:020}");
    let (found, next_token) = ctx.page(
        "DescribeJobDefinitions",
        found,
        req.max_results,
        req.next_token.as_deref(),
        position,
    )?;
    let shown =
        found.iter().map(|(name, number, definition)| shown(&scope, name, *number, definition));
    Ok(DescribeJobDefinitionsOutput {
        job_definitions: shown.collect::<Result<_, _>>()?,
        next_token,
    })
}

fn status(definition: &Definition) -> &'static str {
    if definition.deregistered_at.is_some() { "INACTIVE" } else { "ACTIVE" }
}

fn shown(
    scope: &Scope,
    name: &str,
    revision: u64,
    definition: &Definition,
) -> Result<Document, store::Error> {
    let mut shown = Document::of_row(&definition.text)?.0;
    shown["jobDefinitionArn"] = json!(arn(scope, name, revision));
    shown["revision"] = json!(revision);
    shown["status"] = json!(status(definition));
    shown["tags"] = json!(definition.tags);
    shown["containerOrchestrationType"] = json!("ECS");
    if shown["parameters"].is_null() {
        shown["parameters"] = json!({});
    }
    complete(&mut shown["containerProperties"]);
    Ok(Document(shown))
}

/// The lists that every container has, whether they were said or not.
pub(super) fn complete(container: &mut Value) {
    for list in [
        "command",
        "volumes",
        "environment",
        "mountPoints",
        "ulimits",
        "resourceRequirements",
        "secrets",
    ] {
        if container[list].is_null() {
            container[list] = json!([]);
        }
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeregisterJobDefinition.html>
pub(crate) async fn deregister_job_definition(
    ctx: &Visit<'_>,
    req: DeregisterJobDefinitionInput,
) -> Result<Empty, Error> {
    let revision =
        Revisioned::parse(&req.job_definition).and_then(|it| Some((it.name, it.revision?)));
    let Some((name, number)) = revision else {
        return Err(Error::batch(format!(
            "{} is not a job definition with a revision.",
            req.job_definition
        )));
    };
    loop {
        let found: Option<Found<Definition>> =
            ctx.tables().definition(KIND, &ctx.scope(), name, number).await?;
        let Some(found) = found else { return Ok(Empty {}) };
        let mut definition = found.value.clone();
        definition.deregistered_at = definition.deregistered_at.or(Some(ctx.now().as_millis()));
        let mut batch = Batch::new();
        found.replace(&mut batch, definition.clone());
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
