//! The ARNs of Step Functions, read and written.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html>

use std::fmt;

use base::Arn;

use crate::errors::Error;

/// Whose resources an ARN speaks of: what stands before the resource, `arn:aws:states:us-east-1:000000000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn new(partition: &str, region: &str, account: &str) -> Self {
        Scope(format!("arn:{partition}:states:{region}:{account}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn machine(&self, name: &str) -> MachineArn {
        MachineArn { scope: self.clone(), name: name.to_owned(), qualifier: Qualifier::None }
    }

    pub(crate) fn activity(&self, name: &str) -> ActivityArn {
        ActivityArn { scope: self.clone(), name: name.to_owned() }
    }
}

/// `…:stateMachine:<name>` with or without a qualifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MachineArn {
    pub(crate) scope: Scope,
    pub(crate) name: String,
    pub(crate) qualifier: Qualifier,
}

/// What an ARN says beside the machine's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Qualifier {
    None,
    /// `:7`
    Version(u64),
    /// `:PROD`
    Alias(String),
    /// `/label`: the processor of a Distributed Map state.
    Label(String),
}

impl MachineArn {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (scope, name) = named(text, "stateMachine")?;
        Ok(MachineArn::of(scope, name))
    }

    /// `name` as it stands in an ARN, with its qualifier.
    fn of(scope: Scope, name: &str) -> Self {
        let (name, qualifier) = match (name.split_once('/'), name.split_once(':')) {
            (Some((name, label)), _) => (name, Qualifier::Label(label.to_owned())),
            (None, Some((name, text))) => match text.parse() {
                Ok(number) => (name, Qualifier::Version(number)),
                Err(_) => (name, Qualifier::Alias(text.to_owned())),
            },
            (None, None) => (name, Qualifier::None),
        };
        MachineArn { scope, name: name.to_owned(), qualifier }
    }

    /// The machine itself, whatever this ARN picks of it.
    pub(crate) fn unqualified(&self) -> Self {
        MachineArn { qualifier: Qualifier::None, ..self.clone() }
    }

    pub(crate) fn version(&self, number: u64) -> Self {
        MachineArn { qualifier: Qualifier::Version(number), ..self.clone() }
    }

    pub(crate) fn alias(&self, name: &str) -> Self {
        MachineArn { qualifier: Qualifier::Alias(name.to_owned()), ..self.clone() }
    }

    pub(crate) fn is_qualified(&self) -> bool {
        self.qualifier != Qualifier::None
    }

    /// The ARN of an execution of this machine.
    pub(crate) fn execution(&self, name: &str) -> String {
        format!("{}:execution:{}:{name}", self.scope.0, self.name)
    }

    /// The ARN of an Express execution, which an id tells from others of its name.
    pub(crate) fn express(&self, name: &str, id: &str) -> String {
        format!("{}:express:{}:{name}:{id}", self.scope.0, self.name)
    }
}

impl fmt::Display for MachineArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:stateMachine:{}", self.scope.0, self.name)?;
        match &self.qualifier {
            Qualifier::None => Ok(()),
            Qualifier::Version(number) => write!(f, ":{number}"),
            Qualifier::Alias(name) => write!(f, ":{name}"),
            Qualifier::Label(label) => write!(f, "/{label}"),
        }
    }
}

/// `…:activity:<name>`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActivityArn {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl ActivityArn {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (scope, name) = named(text, "activity")?;
        Ok(ActivityArn { scope, name: name.to_owned() })
    }
}

impl fmt::Display for ActivityArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:activity:{}", self.scope.0, self.name)
    }
}

/// What tags can be on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TaggedArn {
    Machine(MachineArn),
    Activity(ActivityArn),
}

impl TaggedArn {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let Resource { scope, kind, name } = resource(text)?;
        match kind {
            "stateMachine" => Ok(TaggedArn::Machine(MachineArn::of(scope, name))),
            "activity" => Ok(TaggedArn::Activity(ActivityArn { scope, name: name.to_owned() })),
            _ => Err(Error::InvalidArnType(kind.to_owned())),
        }
    }
}

/// Checks that an ARN names a Standard execution: `…:execution:<machine>[/<label>]:<name>`.
pub(crate) fn check_execution(text: &str) -> Result<(), Error> {
    match named(text, "execution")? {
        (_, name) if name.contains(':') => Ok(()),
        _ => Err(Error::InvalidArnPrefix(text.to_owned())),
    }
}

/// Checks that an ARN names an execution that DescribeExecution may know: besides Standard ones the Express
/// children of a map run, `…:express:<machine>/<label>:<name>:<id>`.
pub(crate) fn check_execution_or_express_child(text: &str) -> Result<(), Error> {
    match resource(text) {
        Ok(Resource { kind: "express", name, .. }) if name.contains('/') => Ok(()),
        _ => check_execution(text),
    }
}

/// Checks that an ARN names a map run: `…:mapRun:<machine>/<label>:<id>`.
pub(crate) fn check_map_run(text: &str) -> Result<(), Error> {
    named(text, "mapRun").map(|_| ())
}

/// Checks that an ARN can be a role's.
pub(crate) fn check_role(text: &str) -> Result<(), Error> {
    let is_role = |arn: Arn| arn.service == "iam" && arn.resource.starts_with("role/");
    match Arn::parse(text).map(is_role) {
        Ok(true) => Ok(()),
        _ => Err(Error::InvalidRoleArn(text.to_owned())),
    }
}

/// An ARN of this service, split: `<scope>:<kind>:<name>`.
struct Resource<'t> {
    scope: Scope,
    kind: &'t str,
    name: &'t str,
}

fn resource(text: &str) -> Result<Resource<'_>, Error> {
    let wrong_prefix = || Error::InvalidArnPrefix(text.to_owned());
    let arn = Arn::parse(text).map_err(|_| wrong_prefix())?;
    if arn.service != "states" {
        return Err(wrong_prefix());
    }
    let scope = Scope::new(&arn.partition, &arn.region, &arn.account);
    let (kind, name) = text[scope.0.len() + 1..].split_once(':').ok_or_else(wrong_prefix)?;
    if name.is_empty() {
        return Err(wrong_prefix());
    }
    Ok(Resource { scope, kind, name })
}

/// The scope and the name of a resource that must be of this kind.
fn named<'t>(text: &'t str, kind: &str) -> Result<(Scope, &'t str), Error> {
    let resource = resource(text)?;
    if resource.kind == kind {
        return Ok((resource.scope, resource.name));
    }
    Err(Error::InvalidArnType(resource.kind.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

    #[test]
    fn tells_qualifiers_apart() {
        let qualifier = |suffix: &str| {
            let text = format!("{MACHINE}{suffix}");
            let arn = MachineArn::parse(&text).expect("parses");
            assert_eq!((arn.name.as_str(), arn.to_string()), ("orders", text));
            arn.qualifier
        };
        assert_eq!(qualifier(""), Qualifier::None);
        assert_eq!(qualifier(":7"), Qualifier::Version(7));
        assert_eq!(qualifier(":PROD"), Qualifier::Alias("PROD".into()));
        assert_eq!(qualifier("/each"), Qualifier::Label("each".into()));
    }

    #[test]
    fn tells_what_it_is_not() {
        let message = |result: Result<(), Error>| aws::Error::from(result.unwrap_err()).message;
        assert_eq!(
            message(check_execution("orders")).as_deref(),
            Some("Invalid Arn: 'Invalid ARN prefix: orders'")
        );
        assert_eq!(
            message(check_execution(MACHINE)).as_deref(),
            Some("Invalid Arn: 'Resource type not valid in this context: stateMachine'")
        );
        assert_eq!(
            message(check_role("arn:aws:iam::000000000000:user/a")).as_deref(),
            Some("Invalid Role Arn: 'arn:aws:iam::000000000000:user/a'")
        );
    }

    #[test]
    fn express_executions_are_known_as_children_only() {
        let arn = "arn:aws:states:us-east-1:000000000000:express:orders:a:b";
        assert!(check_execution_or_express_child(arn).is_err());
        let child = "arn:aws:states:us-east-1:000000000000:express:orders/each:a:b";
        assert!(check_execution_or_express_child(child).is_ok());
        assert!(check_execution(child).is_err());
    }

    #[test]
    fn tags_are_on_machines_and_activities() {
        let activity = "arn:aws:states:us-east-1:000000000000:activity:pack";
        assert!(matches!(TaggedArn::parse(activity), Ok(TaggedArn::Activity(_))));
        assert!(matches!(TaggedArn::parse(MACHINE), Ok(TaggedArn::Machine(_))));
    }
}
