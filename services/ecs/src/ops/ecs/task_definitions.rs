use serde_json::Value;
use store::{Batch, Found};

use crate::arn::Revisioned;
use crate::compose::at_least;
use crate::describe;
use crate::errors::Error;
use crate::model::Definition;
use crate::tables::{self, Kind};
use crate::visit::{Commit, Visit};
use crate::wire::Document;
use crate::wire::ecs::{
    DefinitionStatus, DeregisterTaskDefinitionInput, DescribeTaskDefinitionInput, FamilyStatus,
    ListTaskDefinitionFamiliesInput, ListTaskDefinitionFamiliesOutput, ListTaskDefinitionsInput,
    ListTaskDefinitionsOutput, SortOrder, TaskDefinitionOutput, TaskDefinitionParts,
};

const KIND: Kind = Kind::TaskDefinition;

/// A revision of a family.
pub(crate) struct Revision<'a> {
    pub(crate) family: &'a str,
    pub(crate) number: u64,
    pub(crate) found: Found<Definition>,
}

impl Visit<'_> {
    /// The revision that a request names; without a number the newest that is active.
    pub(crate) async fn task_definition<'a>(
        &self,
        reference: &'a str,
    ) -> Result<Option<Revision<'a>>, Error> {
        let Some(Revisioned { name: family, revision }) = Revisioned::parse(reference) else {
            return Ok(None);
        };
        let (tables, scope) = (self.tables(), self.scope());
        let number = match revision {
            Some(number) => number,
            None => {
                let revisions = tables.revisions(KIND, &scope, family).await?;
                let mut active =
                    revisions.iter().rev().filter(|(_, it)| it.deregistered_at.is_none());
                let Some((number, _)) = active.next() else { return Ok(None) };
                *number
            }
        };
        let found = tables.definition(KIND, &scope, family, number).await?;
        Ok(found.map(|found| Revision { family, number, found }))
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
pub(crate) async fn register_task_definition(
    ctx: &Visit<'_>,
    req: Document,
) -> Result<TaskDefinitionOutput, Error> {
    let parts: TaskDefinitionParts = req.read()?;
    check(&parts)?;
    let mut given = req.0;
    if let Value::Object(members) = &mut given {
        members.remove("tags");
    }
    let definition = Definition {
        text: given.to_string(),
        tags: describe::tags_of(parts.tags),
        registered_at: ctx.now().as_millis(),
        registered_by: ctx.request.caller().arn.clone(),
        deregistered_at: None,
    };
    let (scope, family) = (ctx.scope(), parts.family.as_str());
    loop {
        let newest = ctx.tables().newest(KIND, &scope, family).await?;
        let mut batch = Batch::new();
        tables::add_revision(&mut batch, KIND, &scope, family, newest, &definition);
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(TaskDefinitionOutput {
                task_definition: describe::task_definition(
                    &scope,
                    family,
                    newest + 1,
                    &definition,
                )?,
                tags: Some(describe::tags(&definition.tags)),
            });
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
const CONTAINER_NAME_LENGTH_MAX: usize = 255;

fn check(parts: &TaskDefinitionParts) -> Result<(), Error> {
    let client = |sentence: &str| Err(Error::Batch(sentence.to_owned()));
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !parts.family.bytes().all(is_letter) {
        return client("Family contains invalid characters.");
    }
    if parts.container_definitions.is_empty() {
        return client("TaskDefinition must contain at least one container definition.");
    }
    let mut names: Vec<&str> = Vec::new();
    for container in &parts.container_definitions {
        let name = container.name.as_deref().unwrap_or_default();
        if name.is_empty() || container.image.as_deref().unwrap_or_default().is_empty() {
            return client("Container.name and Container.image should not be null or empty.");
        }
        if !name.bytes().all(is_letter) {
            return client("Container.name contains invalid characters.");
        }
        // Ours: AWS's sentence isn't known.
        if CONTAINER_NAME_LENGTH_MAX < name.len() {
            return client("Container.name should not be longer than 255 characters.");
        }
        if names.contains(&name) {
            return client("Container definitions must have unique names.");
        }
        at_least(0, container.cpu, "cpu", name)?;
        at_least(1, container.memory, "memory", name)?;
        at_least(1, container.memory_reservation, "memoryReservation", name)?;
        at_least(0, container.stop_timeout, "stopTimeout", name)?;
        names.push(name);
    }
    let essential = |it: &crate::wire::ecs::ContainerDefinition| it.essential.unwrap_or(true);
    if !parts.container_definitions.iter().any(essential) {
        return client("A TaskDefinition must have at least one essential container.");
    }
    let on = |it: &crate::wire::ecs::ContainerDefinition| it.depends_on.clone().unwrap_or_default();
    let mut depended = parts.container_definitions.iter().flat_map(on);
    if depended.any(|it| !names.contains(&it.container_name.as_str())) {
        return client("Container depends on a container that isn't in the TaskDefinition.");
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html>
pub(crate) async fn describe_task_definition(
    ctx: &Visit<'_>,
    req: DescribeTaskDefinitionInput,
) -> Result<TaskDefinitionOutput, Error> {
    let revision = ctx.task_definition(&req.task_definition).await?;
    let Revision { family, number, found } = revision.ok_or(Error::UnknownTaskDefinition)?;
    let with_tags = req.include.iter().flatten().any(|it| it == "TAGS");
    Ok(TaskDefinitionOutput {
        task_definition: describe::task_definition(&ctx.scope(), family, number, &found.value)?,
        tags: with_tags.then(|| describe::tags(&found.value.tags)),
    })
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html>
pub(crate) async fn deregister_task_definition(
    ctx: &Visit<'_>,
    req: DeregisterTaskDefinitionInput,
) -> Result<TaskDefinitionOutput, Error> {
    let has_revision =
        Revisioned::parse(&req.task_definition).is_some_and(|it| it.revision.is_some());
    if !has_revision {
        return Err(Error::invalid("The task definition must contain a revision."));
    }
    loop {
        let revision = ctx.task_definition(&req.task_definition).await?;
        let unknown = || Error::Batch("The specified task definition does not exist.".to_owned());
        let Revision { family, number, found } = revision.ok_or_else(unknown)?;
        let mut definition = found.value.clone();
        let at = definition.deregistered_at.unwrap_or(ctx.now().as_millis());
        definition.deregistered_at = Some(at);
        let mut batch = Batch::new();
        found.replace(&mut batch, definition.clone());
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(TaskDefinitionOutput {
                task_definition: describe::task_definition(
                    &ctx.scope(),
                    family,
                    number,
                    &definition,
                )?,
                tags: None,
            });
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html>
pub(crate) async fn list_task_definitions(
    ctx: &Visit<'_>,
    req: ListTaskDefinitionsInput,
) -> Result<ListTaskDefinitionsOutput, Error> {
    let scope = ctx.scope();
    let families = match &req.family_prefix {
        Some(family) => vec![family.clone()],
        None => ctx.tables().names(KIND, &scope).await?,
    };
    let wants_active = req.status.unwrap_or(DefinitionStatus::Active) == DefinitionStatus::Active;
    let mut found = Vec::new();
    for family in families {
        for (number, definition) in ctx.tables().revisions(KIND, &scope, &family).await? {
            if definition.deregistered_at.is_none() == wants_active {
                found.push((family.clone(), number));
            }
        }
    }
    // A position sorts as what it stands for, whichever way the list goes.
    let is_down = req.sort == Some(SortOrder::Descending);
    if is_down {
        found.reverse();
    }
    let count = found.len();
    let places = found.into_iter().enumerate();
    let position = |(place, _): &(usize, (String, u64))| {
        format!("{place:0width$}", width = count.to_string().len())
    };
    let (found, next_token) = ctx.page(
        "ListTaskDefinitions",
        places,
        req.max_results,
        req.next_token.as_deref(),
        position,
    )?;
    let arn =
        |(_, (family, number)): &(usize, (String, u64))| scope.task_definition(family, *number);
    Ok(ListTaskDefinitionsOutput {
        task_definition_arns: found.iter().map(arn).collect(),
        next_token,
    })
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitionFamilies.html>
pub(crate) async fn list_task_definition_families(
    ctx: &Visit<'_>,
    req: ListTaskDefinitionFamiliesInput,
) -> Result<ListTaskDefinitionFamiliesOutput, Error> {
    let scope = ctx.scope();
    let prefix = req.family_prefix.as_deref().unwrap_or_default();
    let mut families = Vec::new();
    for family in ctx.tables().names(KIND, &scope).await? {
        if !family.starts_with(prefix) {
            continue;
        }
        let revisions = ctx.tables().revisions(KIND, &scope, &family).await?;
        let is_active = revisions.iter().any(|(_, it)| it.deregistered_at.is_none());
        let is_wanted = match req.status.unwrap_or(FamilyStatus::Active) {
            FamilyStatus::Active => is_active,
            FamilyStatus::Inactive => !is_active,
            FamilyStatus::All => true,
        };
        if is_wanted {
            families.push(family);
        }
    }
    let (families, next_token) = ctx.page(
        "ListTaskDefinitionFamilies",
        families,
        req.max_results,
        req.next_token.as_deref(),
        Clone::clone,
    )?;
    Ok(ListTaskDefinitionFamiliesOutput { families, next_token })
}
