//! `util.authRules`: the checks that Amplify's SQL transformer asks for.
//!
//! AWS documents nothing of it. The names, the rules and the members that templates read of the answers are
//! known from what Amplify deploys (reference/appsync §3.5); what a rule means is taken from the templates
//! that Amplify generates for DynamoDB, where the same rules are spelled out.

mod claims;

use json::{Kind, Object, Value};

use super::Table;
use crate::call::{Args, Call};
use crate::context::Context;
use crate::outcome::Failure;

use claims::{Claims, texts};

pub const TABLE: Table = &[
    ("mutationAuth", |call, args| Ok(mutation_auth(call.context, args))),
    ("queryAuth", |call, args| Ok(query_auth(call.context, args.value(0)))),
    ("subscriptionAuth", |call, args| Ok(query_auth(call.context, args.value(0)))),
    ("validateUsingSource", validate_using_source),
];

/// What a rule says of the caller.
enum Verdict {
    Denied,
    Allowed,
    /// Allowed for records in which the field holds one of the values.
    Where(Condition),
}

/// `field` names an owner or a group.
struct Condition {
    field: String,
    is_list: bool,
    /// Those that the caller is; the first is what a new record gets.
    values: Vec<String>,
    sets_on_create: bool,
}

impl Condition {
    fn holds(&self, record: &Value) -> bool {
        let held = texts(&record.get(&self.field).unwrap_or_default());
        held.iter().any(|value| self.values.contains(value))
    }

    /// One filter for each value, any of which may hold.
    fn filters(&self) -> impl Iterator<Item = Value> {
        let operator = if self.is_list { "contains" } else { "eq" };
        self.values.iter().map(move |value| {
            let condition = Value::object([(operator, Value::from(value.as_str()))]);
            Value::object([(self.field.clone(), condition)])
        })
    }
}

fn text(rule: &Value, name: &str) -> String {
    rule.get(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn verdict(context: &Context, rule: &Value) -> Verdict {
    let provider = match context.auth_type() {
        "API Key Authorization" => "apiKey",
        "IAM Authorization" => "iam",
        "User Pool Authorization" => "userPools",
        "Lambda Authorization" => "function",
        _ => "oidc",
    };
    if text(rule, "provider") != provider {
        return Verdict::Denied;
    }
    let claims = Claims(&context.identity);
    let allowed = match text(rule, "type").as_str() {
        "public" | "private" | "custom" if provider != "iam" => true,
        "public" | "private" => has_role(&context.identity, rule),
        "admin" => is_admin(&context.identity, rule),
        "groups" => return group_verdict(&claims, rule),
        "owner" => {
            return Verdict::Where(Condition {
                field: text(rule, "ownerFieldName"),
                is_list: text(rule, "ownerFieldType") == "string[]",
                values: claims.owner(&text(rule, "identityClaim")),
                sets_on_create: true,
            });
        }
        _ => false,
    };
    if allowed { Verdict::Allowed } else { Verdict::Denied }
}

/// The role of the rule, or a caller whom the rule's identity pool knows.
fn has_role(identity: &Value, rule: &Value) -> bool {
    let (role, pool) = (text(rule, "roleArn"), text(rule, "cognitoIdentityPoolId"));
    let is_member = !pool.is_empty()
        && text(identity, "cognitoIdentityPoolId") == pool
        && text(identity, "cognitoIdentityAuthType") == "authenticated";
    is_member || (!role.is_empty() && text(identity, "userArn") == role)
}

fn is_admin(identity: &Value, rule: &Value) -> bool {
    let user = text(identity, "userArn");
    let strict = rule.get("strict").and_then(|strict| strict.as_bool()) == Some(true);
    let roles = texts(&rule.get("roles").unwrap_or_default());
    roles.iter().any(|role| if strict { user == *role } else { user.contains(role) })
}

/// Groups stand in the rule, or in a field of the record.
fn group_verdict(claims: &Claims<'_>, rule: &Value) -> Verdict {
    let groups = claims.groups(&text(rule, "groupClaim"));
    let field = text(rule, "groupsFieldName");
    if field.is_empty() {
        let allowed = texts(&rule.get("allowedGroups").unwrap_or_default());
        let is_in = groups.iter().any(|group| allowed.contains(group));
        return if is_in { Verdict::Allowed } else { Verdict::Denied };
    }
    let is_list = text(rule, "groupsFieldType") == "string[]";
    Verdict::Where(Condition { field, is_list, values: groups, sets_on_create: false })
}

/// `(rules, operation, input, existing record)` → `{authorized, authorizedInput}`: some rules must allow it,
/// and together they must allow every field of the input.
fn mutation_auth(context: &Context, args: Args<'_>) -> Value {
    let (operation, input, existing) = (args.text(1), args.value(2), args.value(3));
    let mut authorized = Grant::default();
    let mut set = input.to_object().unwrap_or_default();
    for rule in args.value(0).items() {
        let allowed = match verdict(context, &rule) {
            Verdict::Denied => false,
            Verdict::Allowed => true,
            Verdict::Where(condition) if operation != "create" => condition.holds(existing),
            Verdict::Where(condition) => {
                let given = input.get(&condition.field).filter(|value| !value.is_null());
                match (given, condition.values.first()) {
                    (Some(_), _) => condition.holds(input),
                    (None, Some(owner)) if condition.sets_on_create => {
                        let owner = Value::from(owner.as_str());
                        let owner = if condition.is_list { Value::array([owner]) } else { owner };
                        set.insert(condition.field.clone(), owner);
                        true
                    }
                    (None, _) => false,
                }
            }
        };
        if allowed {
            authorized.by(&rule);
        }
    }
    let checks_fields = operation != "delete";
    let allows = authorized.allows(&input.to_object().unwrap_or_default());
    let ok = authorized.any && (!checks_fields || allows);
    let mut answer = Object::new();
    answer.insert("authorized", ok);
    if ok {
        answer.insert("authorizedInput", set);
    }
    answer.into()
}

/// What the rules that apply allow together.
#[derive(Default)]
struct Grant {
    any: bool,
    every_field: bool,
    fields: Vec<String>,
}

impl Grant {
    fn by(&mut self, rule: &Value) {
        self.any = true;
        match rule.get("allowedFields") {
            Some(fields) if fields.kind() == Kind::Array => self.fields.extend(texts(&fields)),
            _ => self.every_field = true,
        }
    }

    fn allows(&self, input: &Object) -> bool {
        self.every_field
            || input.iter().all(|(name, _)| self.fields.iter().any(|field| **field == **name))
    }
}

/// `(rules)` → `{authorized, authFilter, authorizedFields}`: where only owners or groups are allowed, the
/// filter finds their records.
fn query_auth(context: &Context, rules: &Value) -> Value {
    let mut authorized = Grant::default();
    let mut filters = Vec::new();
    let mut unfiltered = false;
    for rule in rules.items() {
        match verdict(context, &rule) {
            Verdict::Denied => continue,
            Verdict::Allowed => unfiltered = true,
            Verdict::Where(condition) if condition.values.is_empty() => continue,
            Verdict::Where(condition) => filters.extend(condition.filters()),
        }
        authorized.by(&rule);
    }
    let mut answer = Object::new();
    answer.insert("authorized", authorized.any);
    if authorized.any && !unfiltered {
        answer.insert("authFilter", Value::object([("or", Value::from(filters))]));
    }
    if authorized.any && !authorized.every_field {
        let fields = authorized.fields.into_iter().map(Value::from);
        answer.insert("authorizedFields", Value::array(fields));
    }
    answer.into()
}

/// `(rules, record)`: whether a rule allows the caller to see the record. No record hides nothing.
fn validate_using_source(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    let source = args.value(1);
    let allows = |rule: Value| match verdict(call.context, &rule) {
        Verdict::Denied => false,
        Verdict::Allowed => true,
        Verdict::Where(condition) => condition.holds(source),
    };
    Ok((source.is_null() || args.value(0).items().any(allows)).into())
}
