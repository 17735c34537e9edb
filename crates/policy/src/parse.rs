//! From text to a policy, or what AWS says is wrong with it.
//!
//! The grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
//! The sentences are those that users of IAM report; which fault is told first where there are several is ours.

use base::Arn;
use json::{Kind as JsonKind, Value};

use crate::condition::{Condition, Operator, Test};
use crate::document::{Effect, Policy, Set, Statement};
use crate::pattern::{Pattern, Reading};
use crate::principal::{Named, Principals};

/// What a policy is for, which decides what it must and may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An inline policy of a user, group or role, or a policy of a session.
    Inline,
    /// A managed policy: version 2012-10-17 only.
    Managed,
    /// A role's: who may assume it.
    Trust,
    /// A resource's.
    Resource,
}

/// What AWS says of a policy that it doesn't take: the message of `MalformedPolicyDocument`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

fn malformed<T>(message: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(message.into()))
}

fn syntax<T>() -> Result<T, Malformed> {
    malformed("Syntax errors in policy.")
}

const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

const LEGACY: &str = "The policy failed legacy parsing";

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Malformed> {
        let Ok(value) = Value::parse(text) else {
            return match kind {
                Kind::Trust => malformed("This policy contains invalid Json"),
                Kind::Inline | Kind::Managed | Kind::Resource => syntax(),
            };
        };
        only(&value, &["Version", "Id", "Statement"])?;
        if value.get("Id").is_some_and(|id| id.kind() != JsonKind::String) {
            return syntax();
        }
        let version = match value.get("Version") {
            None => None,
            Some(version) => match version.as_str() {
                Some("2012-10-17") => Some(true),
                Some("2008-10-17") => Some(false),
                _ => return syntax(),
            },
        };
        if kind == Kind::Managed && version != Some(true) {
            return malformed("Policy document must be version 2012-10-17 or greater.");
        }
        let parser = Parser { kind, variables: version == Some(true) };
        let statements = match value.get("Statement") {
            Some(statement) if statement.kind() == JsonKind::Object => vec![statement],
            Some(list) if list.kind() == JsonKind::Array && !list.is_empty() => {
                list.items().collect()
            }
            _ => return syntax(),
        };
        let statements: Result<Vec<_>, _> =
            statements.iter().map(|statement| parser.statement(statement)).collect();
        let statements = statements?;
        for (place, statement) in statements.iter().enumerate() {
            let same = |other: &Statement| other.sid == statement.sid;
            if statement.sid.as_deref().is_some_and(|sid| !sid.is_empty())
                && statements[..place].iter().any(same)
            {
                return malformed("Statement IDs (SID) in a single policy must be unique.");
            }
        }
        Ok(Policy { statements: statements.into() })
    }
}

struct Parser {
    kind: Kind,
    /// Whether `${…}` is a variable.
    variables: bool,
}

impl Parser {
    fn statement(&self, value: &Value) -> Result<Statement, Malformed> {
        const ELEMENTS: [&str; 9] = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        only(value, &ELEMENTS)?;
        let effect = match value.get("Effect").as_ref().and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(effect) if ["allow", "deny"].contains(&&*effect.to_ascii_lowercase()) => {
                return malformed(LEGACY);
            }
            _ => return syntax(),
        };
        Ok(Statement {
            sid: self.sid(value)?,
            effect,
            principals: self.principals(value)?,
            actions: self.actions(value)?,
            resources: self.resources(value)?,
            conditions: self.conditions(value)?,
        })
    }

    fn sid(&self, statement: &Value) -> Result<Option<String>, Malformed> {
        let Some(sid) = statement.get("Sid") else { return Ok(None) };
        let Some(sid) = sid.as_str() else { return syntax() };
        let plain = sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain && matches!(self.kind, Kind::Inline | Kind::Managed) {
            return malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                 expression [0-9A-Za-z]*",
            );
        }
        Ok(Some(sid.to_owned()))
    }

    fn actions(&self, statement: &Value) -> Result<Set, Malformed> {
        let found = one_of(statement, "Action", "NotAction")?;
        let Some((negated, texts)) = found.filter(|(_, texts)| !texts.is_empty()) else {
            return malformed("Policy statement must contain actions.");
        };
        for text in &texts {
            self.check_action(text)?;
        }
        // Variables don't stand in actions.
        let reading = Reading { wildcards: true, variables: false };
        let patterns = texts.iter().map(|text| Pattern::parse(text, reading)).collect();
        Ok(Set { negated, patterns })
    }

    fn check_action(&self, action: &str) -> Result<(), Malformed> {
        if self.kind == Kind::Trust {
            let name = action.strip_prefix("sts:").unwrap_or_default();
            let known = ["AssumeRole", "TagSession", "SetSourceIdentity", "SetContext"];
            let known = known.iter().any(|known| name.starts_with(known));
            return if known || (!name.is_empty() && name.ends_with('*')) {
                Ok(())
            } else {
                malformed("AssumeRole policy may only specify STS AssumeRole actions.")
            };
        }
        if action == "*" {
            return Ok(());
        }
        let Some((vendor, name)) = action.split_once(':') else { return malformed(VENDOR) };
        if name.contains(':') {
            return malformed("Actions/Condition can contain only one colon.");
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if vendor.is_empty() || !vendor.bytes().all(plain) {
            return malformed(format!("Vendor {vendor} is not valid"));
        }
        Ok(())
    }

    fn resources(&self, statement: &Value) -> Result<Option<Set>, Malformed> {
        let found = one_of(statement, "Resource", "NotResource")?;
        let (negated, texts) = match (self.kind, found) {
            (Kind::Trust, None) => return Ok(None),
            (Kind::Trust, Some(_)) => return malformed("Has prohibited field Resource"),
            (_, Some((negated, texts))) if !texts.is_empty() => (negated, texts),
            (_, _) => return malformed("Policy statement must contain resources."),
        };
        for text in &texts {
            self.check_resource(text)?;
        }
        let reading = Reading { wildcards: true, variables: self.variables };
        let patterns = texts.iter().map(|text| Pattern::parse(text, reading)).collect();
        Ok(Some(Set { negated, patterns }))
    }

    fn check_resource(&self, resource: &str) -> Result<(), Malformed> {
        let begins_with_any = resource.starts_with('*') || resource.starts_with("arn:*");
        if begins_with_any || self.kind == Kind::Resource {
            return Ok(());
        }
        let Some(rest) = resource.strip_prefix("arn:") else {
            return malformed(format!("Resource {resource} must be in ARN format or \"*\"."));
        };
        let partition = rest.split(':').next().unwrap_or_default();
        let known = ["aws", "aws-cn", "aws-us-gov", "*"];
        if !known.contains(&partition) && !partition.contains(['*', '?', '$']) {
            return malformed(format!(
                "Partition \"{partition}\" is not valid for resource \"{resource}\"."
            ));
        }
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let is_cut = parts.len() < 5 && !rest.ends_with('*');
        if is_cut || parts.get(1).is_some_and(|vendor| vendor.is_empty()) {
            return malformed(LEGACY);
        }
        match parts.as_slice() {
            [_, "iam", region, _, path] => check_iam_resource(resource, region, path),
            [_, "s3", region, ..] if is_plain(region) => {
                malformed(format!("Resource {resource} can not contain region information."))
            }
            _ => Ok(()),
        }
    }

    fn principals(&self, statement: &Value) -> Result<Option<Principals>, Malformed> {
        let (negated, value) = match (statement.get("Principal"), statement.get("NotPrincipal")) {
            (Some(_), Some(_)) => return syntax(),
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) if matches!(self.kind, Kind::Trust | Kind::Resource) => {
                return malformed("Missing required field Principal");
            }
            (None, None) => return Ok(None),
        };
        if matches!(self.kind, Kind::Inline | Kind::Managed) {
            return malformed("Policy document should not specify a principal.");
        }
        if value.as_str() == Some("*") {
            return Ok(Some(Principals { negated, named: vec![Named::Everybody] }));
        }
        if value.kind() != JsonKind::Object {
            return malformed("Invalid principal in policy");
        }
        let mut named = Vec::new();
        for (kind, texts) in value.entries() {
            for text in texts_of(&texts)? {
                named.push(principal(kind, &text)?);
            }
        }
        Ok(Some(Principals { negated, named }))
    }

    fn conditions(&self, statement: &Value) -> Result<Vec<Condition>, Malformed> {
        let Some(block) = statement.get("Condition") else { return Ok(Vec::new()) };
        if block.kind() != JsonKind::Object {
            return syntax();
        }
        let mut conditions = Vec::new();
        for (name, keys) in block.entries() {
            let Some(operator) = Operator::parse(name) else {
                return malformed(format!("Invalid Condition type : {name}."));
            };
            if keys.kind() != JsonKind::Object {
                return syntax();
            }
            let wildcards = match operator.test {
                Test::Missing => false,
                Test::Compare { comparison, .. } => comparison.has_wildcards(),
            };
            let reading = Reading { wildcards, variables: self.variables };
            for (key, values) in keys.entries() {
                if !key.contains(':') {
                    return malformed(VENDOR);
                }
                let texts = texts_of(&values)?;
                let values = texts.iter().map(|text| Pattern::parse(text, reading)).collect();
                conditions.push(Condition { operator, key: key.to_string(), values });
            }
        }
        Ok(conditions)
    }
}

/// Whether it says something, without wildcards or variables.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && !part.contains(['*', '?', '$'])
}

/// The sentences are those that moto's tests have of AWS.
fn check_iam_resource(resource: &str, region: &str, path: &str) -> Result<(), Malformed> {
    const KINDS: [&str; 13] = [
        "user/",
        "federated-user/",
        "role/",
        "group/",
        "instance-profile/",
        "mfa/",
        "server-certificate/",
        "policy/",
        "sms-mfa/",
        "saml-provider/",
        "oidc-provider/",
        "report/",
        "access-report/",
    ];
    if is_plain(region) {
        return malformed(format!("IAM resource {resource} cannot contain region information."));
    }
    let kind = path.split('/').next().unwrap_or_default();
    if is_plain(kind) && !KINDS.iter().any(|kind| path.starts_with(kind)) {
        let kinds = KINDS.join(", ");
        return malformed(format!("IAM resource path must either be \"*\" or start with {kinds}."));
    }
    Ok(())
}

fn principal(kind: &str, text: &str) -> Result<Named, Malformed> {
    let invalid = || malformed(format!("Invalid principal in policy: \"{kind}\":\"{text}\""));
    match kind {
        "AWS" => {
            let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
            let is_arn =
                || Arn::parse(text).is_ok_and(|arn| matches!(arn.service.as_str(), "iam" | "sts"));
            // A principal that was deleted leaves its unique id.
            let is_id = || text.starts_with("AIDA") || text.starts_with("AROA");
            if text == "*" || is_account || is_id() || is_arn() {
                Ok(Named::aws(text))
            } else {
                invalid()
            }
        }
        "Service" if text.contains('.') => Ok(Named::Service(text.to_owned())),
        "Federated" => Ok(Named::Federated(text.to_owned())),
        "CanonicalUser" => Ok(Named::Other),
        _ => invalid(),
    }
}

/// Refuses what isn't an object of these members.
fn only(value: &Value, members: &[&str]) -> Result<(), Malformed> {
    let known = |key: &str| members.contains(&key);
    match value.kind() {
        JsonKind::Object if value.entries().all(|(key, _)| known(key)) => Ok(()),
        _ => syntax(),
    }
}

/// The texts of an element or of its negation, which exclude each other.
fn one_of(
    statement: &Value,
    name: &str,
    negation: &str,
) -> Result<Option<(bool, Vec<String>)>, Malformed> {
    match (statement.get(name), statement.get(negation)) {
        (Some(_), Some(_)) => syntax(),
        (Some(value), None) => Ok(Some((false, texts_of(&value)?))),
        (None, Some(value)) => Ok(Some((true, texts_of(&value)?))),
        (None, None) => Ok(None),
    }
}

/// One text or a list of them; numbers and truth values are taken as they are written.
fn texts_of(value: &Value) -> Result<Vec<String>, Malformed> {
    let text = |value: &Value| match value.kind() {
        JsonKind::String => value.as_str().map(str::to_owned).map_or_else(syntax, Ok),
        JsonKind::Number | JsonKind::Bool => Ok(value.to_string()),
        _ => syntax(),
    };
    match value.kind() {
        JsonKind::Array => value.items().map(|value| text(&value)).collect(),
        _ => Ok(vec![text(value)?]),
    }
}
