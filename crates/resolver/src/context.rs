use json::{Object, Value};

use crate::outcome::Failure;

/// What a resolver's code sees as `ctx`. Members that a call doesn't have are `null`.
///
/// How AWS shapes `identity`, `request` and `info`: reference/appsync §3.4.
#[derive(Clone, Debug)]
pub struct Context {
    /// The arguments of the field; `ctx.args` is the same.
    pub arguments: Value,
    /// `null` with an API key, else shaped after the way of authorization.
    pub identity: Value,
    /// The result of the parent field.
    pub source: Value,
    /// `{headers, domainName}`; names of headers in lower case.
    pub request: Value,
    /// `{fieldName, parentTypeName, variables, selectionSetList, selectionSetGraphQL}`.
    pub info: Value,
    /// What the functions of a pipeline share.
    pub stash: Value,
    /// `{result}`: what the function before returned.
    pub prev: Value,
    /// What the data source returned.
    pub result: Value,
    /// `{message, type}` of the data source's failure.
    pub error: Value,
    /// The environment variables of the API.
    pub env: Value,
    /// The errors that were appended so far.
    pub out_errors: Value,
    /// The events that an Event API was given to publish; `null` elsewhere, and unknown to templates.
    pub events: Value,
}

/// Members of a [`Context`] that code has changed, as it left them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes(Vec<(&'static str, Value)>);

impl Changes {
    /// Code that can change nothing but the stash.
    pub fn of_stash(stash: Option<Value>) -> Changes {
        Changes(stash.map(|stash| ("stash", stash)).into_iter().collect())
    }

    /// The member of that name, if it was changed.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl FromIterator<(&'static str, Value)> for Changes {
    fn from_iter<I: IntoIterator<Item = (&'static str, Value)>>(changes: I) -> Changes {
        Changes(changes.into_iter().collect())
    }
}

impl Default for Context {
    fn default() -> Self {
        Context {
            arguments: Value::empty_object(),
            identity: Value::NULL,
            source: Value::NULL,
            request: Value::empty_object(),
            info: Value::empty_object(),
            stash: Value::empty_object(),
            prev: Value::NULL,
            result: Value::NULL,
            error: Value::NULL,
            env: Value::empty_object(),
            out_errors: Value::array([]),
            events: Value::NULL,
        }
    }
}

impl Context {
    /// Reads the document that EvaluateCode and EvaluateMappingTemplate take; `args` stands for `arguments`.
    pub fn from_json(document: &Value) -> Context {
        let empty = Context::default();
        let member = |name: &str| document.get(name).filter(|value| !value.is_null());
        Context {
            arguments: member("arguments").or_else(|| member("args")).unwrap_or(empty.arguments),
            identity: member("identity").unwrap_or_default(),
            source: member("source").unwrap_or_default(),
            request: member("request").unwrap_or(empty.request),
            info: member("info").unwrap_or(empty.info),
            stash: member("stash").unwrap_or(empty.stash),
            prev: member("prev").unwrap_or_default(),
            result: member("result").unwrap_or_default(),
            error: member("error").unwrap_or_default(),
            env: member("env").unwrap_or(empty.env),
            out_errors: member("outErrors").unwrap_or(empty.out_errors),
            events: member("events").unwrap_or_default(),
        }
    }

    /// The members under the names that code knows them by, without the alias `args`.
    pub fn members(&self) -> [(&'static str, &Value); 11] {
        [
            ("arguments", &self.arguments),
            ("identity", &self.identity),
            ("source", &self.source),
            ("request", &self.request),
            ("info", &self.info),
            ("stash", &self.stash),
            ("prev", &self.prev),
            ("result", &self.result),
            ("error", &self.error),
            ("env", &self.env),
            ("outErrors", &self.out_errors),
        ]
    }

    /// The member of that name; `args` is `arguments`.
    pub fn member(&self, name: &str) -> Option<&Value> {
        let name = if name == "args" { "arguments" } else { name };
        self.members().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Takes over what code has changed.
    pub fn change(&mut self, changes: Changes) {
        for (name, value) in changes.0 {
            if let Some(member) = self.member_mut(name) {
                *member = value;
            }
        }
    }

    fn member_mut(&mut self, name: &str) -> Option<&mut Value> {
        Some(match name {
            "arguments" => &mut self.arguments,
            "identity" => &mut self.identity,
            "source" => &mut self.source,
            "request" => &mut self.request,
            "info" => &mut self.info,
            "stash" => &mut self.stash,
            "prev" => &mut self.prev,
            "result" => &mut self.result,
            "error" => &mut self.error,
            "env" => &mut self.env,
            "outErrors" => &mut self.out_errors,
            _ => return None,
        })
    }

    /// Code has appended errors.
    pub fn append_errors(&mut self, errors: &[Failure]) {
        if !errors.is_empty() {
            let appended = errors.iter().map(Failure::to_json);
            self.out_errors = self.out_errors.items().chain(appended).collect::<Vec<_>>().into();
        }
    }

    /// The document that a direct Lambda resolver sends to its function (reference/appsync §3.1).
    pub fn to_lambda_payload(&self) -> Value {
        let sent = ["arguments", "identity", "source", "request", "prev", "info", "stash"];
        let member = |name| (name, self.member(name).cloned().unwrap_or_default());
        sent.map(member).into_iter().collect::<Object>().into()
    }

    /// What `util.authType()` answers; the shape of the identity tells. Amplify's templates branch on
    /// these exact words.
    pub fn auth_type(&self) -> &'static str {
        let has = |name: &str| self.identity.get(name).is_some();
        if self.identity.is_null() {
            "API Key Authorization"
        } else if has("userArn") || has("accountId") {
            "IAM Authorization"
        } else if has("resolverContext") || self.identity.is_empty() {
            "Lambda Authorization"
        } else if has("defaultAuthStrategy") || has("username") {
            "User Pool Authorization"
        } else {
            "Open ID Connect Authorization"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_can_be_changed() {
        let mut context = Context::default();
        let names = context.members().map(|(name, _)| name);
        context.change(names.into_iter().map(|name| (name, name.into())).collect());
        for (name, value) in context.members() {
            assert_eq!(value.as_str(), Some(name));
        }
    }
}
